import * as vscode from 'vscode';
import type { SessionState } from '../../server/protocol.ts';
import { tellProblem } from '../failure.ts';
import type { Surroundings } from './command.ts';

/** Looks at production and the workspace again. The first time, this is the person's choice to connect. */
export async function refresh(around: Surroundings): Promise<void> {
  await tellFailed(around, await lookAgain(around));
}

/** Looking again asks about a host key that is not known yet, so that all there is to say is how it stands with the key. */
export async function acceptHostKey(around: Surroundings): Promise<void> {
  const state = await lookAgain(around);
  await tellFailed(around, state);
  const { phase, address } = state;
  if ((phase === 'drift' || phase === 'inSync') && address !== undefined)
    await vscode.window.showInformationMessage(vscode.l10n.t('The host key of {0} is accepted.', address));
}

/** Whoever has just said no to a host key knows it. */
async function tellFailed({ log }: Surroundings, { phase, failure }: SessionState): Promise<void> {
  if (phase === 'failed' && failure !== undefined) await tellProblem(failure, log);
}

function lookAgain({ session }: Surroundings): Thenable<SessionState> {
  return vscode.window.withProgress({ location: { viewId: 'driftline.drift' } }, () =>
    session.ask('driftline/refresh', {}),
  );
}
