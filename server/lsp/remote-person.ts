import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Person } from '../app/person.ts';
import type { Questions } from '../protocol.ts';

/** The person behind the main thread, and behind the client beyond it. */
export function remotePerson(line: MessageConnection): Person {
  const ask = <Q extends keyof Questions>(
    question: Q,
    params: Questions[Q]['params'],
  ): Promise<Questions[Q]['result']> => line.sendRequest<Questions[Q]['result']>(question, params);
  return {
    confirmHostKey: (question) => ask('driftline/confirmHostKey', question),
    secret: async (question) => (await ask('driftline/secret', question)) ?? undefined,
    confirm: (question) => ask('driftline/confirm', question),
    consent: (question) => ask('driftline/consent', question),
  };
}
