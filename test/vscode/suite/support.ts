import assert from 'node:assert/strict';
import * as vscode from 'vscode';

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('driftline.driftline');
  assert.ok(found, 'the extension is there');
  return found;
}

export function uriIn(relative: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, relative);
}

export async function open(relative: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uriIn(relative));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

/** Driftline's own diagnostics of a document, as code and line. */
export function diagnosticsOf(uri: vscode.Uri): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((diagnostic) => diagnostic.source === 'driftline')
    .map((diagnostic) => `${String(diagnostic.code)}:${diagnostic.range.start.line + 1}`)
    .sort();
}

/** Waits for something that the product does by itself. The test's own time limit ends a wait that never comes true. */
export async function until(what: string, holds: () => boolean | PromiseLike<boolean>): Promise<void> {
  const patience = Date.now() + 45_000;
  while (!(await holds())) {
    if (Date.now() > patience) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
