import * as vscode from 'vscode';
import { itemsOf } from './command.ts';
import type { Surroundings } from './command.ts';

/** Copies the paths of the chosen rows, a line each, as they are below production's root. */
export async function copyPath(_around: Surroundings, clicked: unknown, selection: unknown): Promise<void> {
  const paths = itemsOf(clicked, selection).map((item) => item.path);
  if (paths.length > 0) await vscode.env.clipboard.writeText(paths.join('\n'));
}

/** Shows the file here in VS Code's own Explorer. */
export async function revealInExplorer(_around: Surroundings, clicked: unknown): Promise<void> {
  const item = itemsOf(clicked).find(({ here }) => here);
  if (item !== undefined) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.parse(item.uri, true));
}
