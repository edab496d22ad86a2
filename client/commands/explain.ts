import * as vscode from 'vscode';
import type { Surroundings } from './command.ts';

/**
 * Opens the page on verdicts that the extension carries with it, at one of them. It is shown as a preview; where the editor's own Markdown
 * support is switched off, as text.
 */
export async function explainVerdict({ session }: Surroundings, code: unknown): Promise<void> {
  const page = vscode.Uri.joinPath(session.context.extensionUri, 'docs', 'verdicts.md');
  if (vscode.extensions.getExtension('vscode.markdown-language-features') === undefined) {
    await vscode.commands.executeCommand('vscode.open', page);
    return;
  }
  const at = typeof code === 'string' ? page.with({ fragment: code }) : page;
  await vscode.commands.executeCommand('markdown.showPreview', at);
}
