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
    .map((diagnostic) => `${codeOf(diagnostic)}:${diagnostic.range.start.line + 1}`)
    .sort();
}

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Waits for something that the product does by itself. The test's own time limit ends a wait that never comes true. */
export async function until(what: string, holds: () => boolean | PromiseLike<boolean>): Promise<void> {
  const patience = Date.now() + 45_000;
  while (!(await holds())) {
    if (Date.now() > patience) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Answers modal questions by the first of these words that the question offers, as a person would click it, while `work` runs. Only what
 * API tests cannot click is replaced; the driven page clicks the real ones.
 *
 * @returns the questions, in their order
 */
export async function answering(words: readonly string[], work: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  const original = {
    showInformationMessage: vscode.window.showInformationMessage,
    showWarningMessage: vscode.window.showWarningMessage,
    showErrorMessage: vscode.window.showErrorMessage,
  };
  const replace = (message: string, ...rest: unknown[]): Promise<unknown> => {
    asked.push(message);
    return Promise.resolve(words.find((word) => rest.includes(word)));
  };
  for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
    Object.defineProperty(vscode.window, name, { value: replace, configurable: true, writable: true });
  }
  try {
    await work();
  } finally {
    for (const [name, value] of Object.entries(original)) {
      Object.defineProperty(vscode.window, name, { value, configurable: true, writable: true });
    }
  }
  return asked;
}
