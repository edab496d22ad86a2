import * as vscode from 'vscode';
import type { ClientRequests } from '../../server/protocol.ts';
import { productionUri } from '../virtual-documents.ts';
import { itemsOf } from './command.ts';
import type { Surroundings } from './command.ts';

const { t } = vscode.l10n;

/** Shows production's version beside the one here; a side that has none is empty. Without an argument, the active editor's file. */
export async function compareWithProduction(around: Surroundings, what: unknown): Promise<void> {
  const [item] = itemsOf(what);
  const question = item === undefined ? questionOf(what) : undefined;
  const found = item ?? (question && (await around.session.ask('driftline/locate', question)));
  if (found === undefined) {
    await vscode.window.showInformationMessage(t('Open the file first that is to be compared.'));
    return;
  }
  if (found === null) {
    await vscode.window.showInformationMessage(t('Production has the same file, or none that this one maps to.'));
    return;
  }
  // An editor would show why production's side cannot be had as if that were its text.
  if (found.there) await around.session.ask('driftline/content', { path: found.path });
  await vscode.commands.executeCommand(
    'vscode.diff',
    found.there ? productionUri(found.path) : absent(found.path),
    found.here ? vscode.Uri.parse(found.uri, true) : absent(found.path),
    t('{0} (production ↔ here)', found.path.slice(found.path.lastIndexOf('/') + 1)),
    { preview: true },
  );
}

/** More editors than this in one page help nobody, and each asks production for its text. */
const MOST = 100;

/** Shows a whole group, or the selected rows, in one editor of many diffs. A side that has no file is left out. */
export async function compareGroup(_around: Surroundings, clicked: unknown, selection: unknown): Promise<void> {
  const items = itemsOf(clicked, selection);
  if (items.length === 0) return;
  const title =
    items.length > MOST
      ? t('The first {0} of {1} differences (production ↔ here)', MOST, items.length)
      : t('{0} differences (production ↔ here)', items.length);
  await vscode.commands.executeCommand(
    'vscode.changes',
    title,
    items.slice(0, MOST).map((item): [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined] => {
      const here = vscode.Uri.parse(item.uri, true);
      return [here, item.there ? productionUri(item.path) : undefined, item.here ? here : undefined];
    }),
  );
}

function absent(path: string): vscode.Uri {
  return productionUri(path).with({ query: 'absent' });
}

/** A plan's line names its file by the path below the root, menus name a document, and the palette means the active editor's. */
function questionOf(what: unknown): ClientRequests['driftline/locate']['params'] | undefined {
  if (typeof what === 'string') return { path: what };
  const uri = what instanceof vscode.Uri ? what : vscode.window.activeTextEditor?.document.uri;
  return uri && { uri: uri.toString() };
}
