import * as vscode from 'vscode';
import type { PullReport } from '../../server/protocol.ts';
import { withProgress } from './command.ts';
import type { Surroundings } from './command.ts';

const { t } = vscode.l10n;

/**
 * Brings files from production, after the person has seen which, and what comes along. Nothing local is overwritten unseen: the server
 * refuses to replace what was changed here.
 */
export async function pull(around: Surroundings, paths: readonly string[] | 'missing'): Promise<void> {
  const { session } = around;
  const preview = await withProgress(session, t('Looking at what to pull'), (token) =>
    session.ask('driftline/pull', { paths, preview: true }, token),
  );
  const coming = preview.files.filter((file) => file.change !== 'unchanged');
  if (coming.length === 0) {
    await vscode.window.showInformationMessage(nothingToPull(preview));
    return;
  }
  const action = t('Pull');
  const picked = await vscode.window.showInformationMessage(
    coming.length === 1 ? t('Pull one file from production?') : t('Pull {0} files from production?', coming.length),
    { modal: true, detail: list(preview) },
    action,
  );
  if (picked !== action) return;

  const report = await withProgress(session, t('Pulling from production'), (token) =>
    session.ask('driftline/pull', { paths, preview: false }, token),
  );
  for (const file of report.files) around.log.info(`pulled ${file.path} (+${file.added} -${file.removed})`);
  await tellPulled(report);
}

async function tellPulled(report: PullReport): Promise<void> {
  const open = t('Open Files');
  const copy = t('Copy Commit Message');
  const written = report.files.filter((file) => file.change !== 'unchanged');
  const picked = await vscode.window.showInformationMessage(
    written.length === 1 ? t('Pulled {0}.', written[0]?.path ?? '') : t('Pulled {0} files.', written.length),
    open,
    copy,
  );
  if (picked === copy) await vscode.env.clipboard.writeText(report.proposedCommit);
  if (picked === open) {
    for (const file of written.slice(0, 10)) {
      await vscode.window.showTextDocument(vscode.Uri.parse(file.uri, true), { preview: false });
    }
  }
}

function list(preview: PullReport): string {
  const lines = preview.files
    .filter((file) => file.change !== 'unchanged')
    .map((file) => {
      const change = file.change === 'created' ? t('new') : t('replaces the one here');
      const why = file.importedBy === undefined ? '' : `, ${t('imported by {0}', file.importedBy)}`;
      return `${file.path} (${change}, +${file.added} −${file.removed}${why})`;
    });
  const skipped = preview.skipped.map((file) => t('left out: {0} ({1})', file.path, file.reason));
  return [...lines, ...skipped].slice(0, 25).join('\n');
}

function nothingToPull(preview: PullReport): string {
  const [first] = preview.skipped;
  return first === undefined
    ? t('There is nothing to pull: everything that code needs is here.')
    : t('Nothing was pulled. {0}: {1}.', first.path, first.reason);
}
