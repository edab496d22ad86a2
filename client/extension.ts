import * as vscode from 'vscode';
import { registerCommands } from './commands/commands.ts';
import { DriftTree } from './drift-view.ts';
import { tellFailure } from './failure.ts';
import { PlanLanguage } from './plan-language.ts';
import { Redactor } from './redact.ts';
import { redactingLog } from './redacting-log.ts';
import { Session } from './session.ts';
import { StatusItem } from './status-item.ts';
import { Papers, ProductionDocuments } from './virtual-documents.ts';

let session: Session | undefined;

/** Registers what draws and asks, and starts the server behind it. The server decides; nothing connects before the person chose to. */
export function activate(context: vscode.ExtensionContext): void {
  const redactor = new Redactor();
  const log = redactingLog(vscode.window.createOutputChannel('Driftline', { log: true }), redactor);
  const started = new Session(context, log, redactor);
  session = started;
  const papers = new Papers();
  context.subscriptions.push(
    log,
    started,
    papers,
    new PlanLanguage(papers),
    new DriftTree(started),
    new StatusItem(started),
    new ProductionDocuments(started),
    registerCommands({ session: started, papers, log }),
    started.onStateChanged((state) => vscode.commands.executeCommand('setContext', 'driftline.phase', state.phase)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      started.tell('driftline/trusted', {}).catch((error: unknown) => tellFailure(error, log));
    }),
  );
  started.start().catch((error: unknown) => tellFailure(error, log));
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
