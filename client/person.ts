import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Questions } from '../server/protocol.ts';
import type { Redactor } from './redact.ts';

const { t } = vscode.l10n;

/** Puts the server's questions to the person at the window. Closing a question is a no. */
export function answerQuestions(client: LanguageClient, redactor: Redactor): void {
  answer(client, 'driftline/confirmHostKey', confirmHostKey);
  answer(client, 'driftline/secret', (question) => secret(question, redactor));
  answer(client, 'driftline/confirm', confirm);
  answer(client, 'driftline/consent', consent);
}

function answer<Q extends keyof Questions>(
  client: LanguageClient,
  question: Q,
  handler: (params: Questions[Q]['params']) => Promise<Questions[Q]['result']>,
): void {
  client.onRequest(question, handler);
}

async function confirmHostKey(question: Questions['driftline/confirmHostKey']['params']): Promise<boolean> {
  const accept = t('Accept Host Key');
  const picked = await vscode.window.showWarningMessage(
    t('{0} is not known yet. Do you trust its host key?', question.host),
    {
      modal: true,
      detail: t(
        '{0}\n{1}\n\nCompare it with what the host says about itself: "ssh-keygen -lf /etc/ssh/ssh_host_{2}_key.pub" there.',
        question.keyType,
        question.fingerprint,
        question.keyType.replace(/^ssh-|-.*$/g, ''),
      ),
    },
    accept,
  );
  return picked === accept;
}

async function secret(question: Questions['driftline/secret']['params'], redactor: Redactor): Promise<string | null> {
  const typed = await vscode.window.showInputBox({
    title: t('Connecting to production'),
    prompt: question.prompt,
    password: true,
    ignoreFocusOut: true,
  });
  // Before it travels: a trace of the messages would show it.
  if (typed !== undefined) redactor.remember(typed);
  return typed ?? null;
}

async function confirm(question: Questions['driftline/confirm']['params']): Promise<boolean> {
  const picked = await vscode.window.showWarningMessage(
    question.title,
    { modal: true, detail: question.detail },
    question.action,
  );
  if (picked !== question.action) return false;
  if (question.typed === undefined) return true;
  const word = question.typed;
  const typed = await vscode.window.showInputBox({
    title: question.title,
    prompt: t('Type {0} to go on.', word),
    ignoreFocusOut: true,
    validateInput: (value) => (value === word || value === '' ? undefined : t('This is not {0}.', word)),
  });
  return typed === word;
}

async function consent(question: Questions['driftline/consent']['params']): Promise<boolean> {
  const connect = t('Connect');
  const commands =
    question.commands.length === 0 ? '' : `\n\n${t('It also names these commands:')}\n${question.commands.join('\n')}`;
  const picked = await vscode.window.showInformationMessage(
    t('Connect to {0}?', question.address),
    {
      modal: true,
      detail:
        t(
          'The configuration in {0} asks to read {1} there. Looking writes nothing on the host. Your answer is kept on this machine.',
          question.folder,
          question.root,
        ) + commands,
    },
    connect,
  );
  return picked === connect;
}
