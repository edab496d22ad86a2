import * as vscode from 'vscode';
import type { DriftItem } from '../../server/protocol.ts';
import { productionUri } from '../virtual-documents.ts';
import { itemsOf } from './command.ts';
import type { Surroundings } from './command.ts';

const { t } = vscode.l10n;

/** Shows production's version beside the one here; a side that has none is empty. Without an argument, the active editor's file. */
export async function compareWithProduction(around: Surroundings, what: unknown): Promise<void> {
  const [item] = itemsOf(what);
  const found = item ?? (await locate(around, what));
  if (found === null) {
    await vscode.window.showInformationMessage(t('Production has the same file, or none that this one maps to.'));
    return;
  }
  await vscode.commands.executeCommand(
    'vscode.diff',
    found.there ? productionUri(found.path) : absent(found.path),
    found.here ? vscode.Uri.parse(found.uri, true) : absent(found.path),
    t('{0} (production ↔ here)', found.path.slice(found.path.lastIndexOf('/') + 1)),
    { preview: true },
  );
}

function absent(path: string): vscode.Uri {
  return productionUri(path).with({ query: 'absent' });
}

async function locate(around: Surroundings, what: unknown): Promise<DriftItem | null> {
  const uri = what instanceof vscode.Uri ? what : vscode.window.activeTextEditor?.document.uri;
  return uri === undefined ? null : around.session.ask('driftline/locate', { uri: uri.toString() });
}
