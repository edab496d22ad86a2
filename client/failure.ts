import * as vscode from 'vscode';
import type { Problem } from '../server/protocol.ts';

/** The person ended it: nothing to tell. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  // LSP's RequestCancelled and ServerCancelled.
  return error instanceof Error && 'code' in error && (error.code === -32800 || error.code === -32802);
}

/** A failure's sentence and, where the server knows one, its remedy. */
export function sentences(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const data = error instanceof Error && 'data' in error ? error.data : undefined;
  const remedy =
    typeof data === 'object' && data !== null && 'remedy' in data && typeof data.remedy === 'string' ? data.remedy : '';
  return [message, remedy].filter((part) => part !== '').join(' ');
}

/** Tells a failure in a notification, and in full in the output. */
export async function tellFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (!isCancelled(error)) await tell(sentences(error), log);
}

/** The same of a failure that the server told of as a state. */
export async function tellProblem({ message, remedy }: Problem, log: vscode.LogOutputChannel): Promise<void> {
  await tell(`${message} ${remedy}`, log);
}

async function tell(text: string, log: vscode.LogOutputChannel): Promise<void> {
  log.error(text);
  const showOutput = vscode.l10n.t('Show Output');
  const picked = await vscode.window.showErrorMessage(text, showOutput);
  if (picked === showOutput) log.show(true);
}
