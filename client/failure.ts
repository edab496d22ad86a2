import * as vscode from 'vscode';

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
  if (isCancelled(error)) return;
  log.error(sentences(error));
  const showOutput = vscode.l10n.t('Show Output');
  const picked = await vscode.window.showErrorMessage(sentences(error), showOutput);
  if (picked === showOutput) log.show(true);
}
