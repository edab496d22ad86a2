import * as vscode from 'vscode';
import type { DeployReport, PlanReport, ReleaseLine } from '../../server/protocol.ts';
import { withProgress } from './command.ts';
import type { Surroundings } from './command.ts';

const { t } = vscode.l10n;

/** Plans, shows the plan, asks once (the server's `confirm`), carries it out and tells how it ended. */
export async function deploy(around: Surroundings, first?: unknown): Promise<void> {
  if (!(await everythingSaved(around))) return;
  const plan = await makePlan(around, deletionsIn(first));
  if (!plan.deployable) {
    await tellBlocked(plan);
    return;
  }
  if (nothingIn(plan)) {
    await vscode.window.showInformationMessage(t('There is nothing to deploy: {0} has it all.', plan.target));
    return;
  }
  const report = await withProgress(around.session, t('Deploying to {0}', plan.target), (token) =>
    around.session.ask('driftline/deploy', { plan: plan.id }, token),
  );
  await tellOutcome(around, report);
}

export async function showPlan(around: Surroundings, first?: unknown): Promise<void> {
  await makePlan(around, deletionsIn(first));
}

/** From a quick fix and from a plan's own page: what is to be deleted. From elsewhere nothing is. */
function deletionsIn(first: unknown): readonly string[] {
  return Array.isArray(first) && first.every((path) => typeof path === 'string') ? first : [];
}

/** Goes back to an earlier release, or undoes the last; the server asks before it writes. */
export async function rollback(around: Surroundings): Promise<void> {
  const { session } = around;
  const { releases } = await session.ask('driftline/releases', {});
  // What was undone or never finished left nothing to go back to.
  const [last, ...earlier] = releases.filter((release) => release.outcome === 'deployed');
  if (last === undefined) {
    await vscode.window.showInformationMessage(t('Production has no release of Driftline to roll back.'));
    return;
  }
  const undoLast = { ...asChoice(last), label: t('Undo the last release') };
  const goBack = earlier.map((release) => ({ ...asChoice(release), label: release.id, release: release.id }));
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly release?: string }>(
    [
      undoLast,
      ...(goBack.length === 0 ? [] : [{ label: t('Go back to'), kind: vscode.QuickPickItemKind.Separator }]),
      ...goBack,
    ],
    { title: t('Roll back production'), matchOnDescription: true, matchOnDetail: true },
  );
  if (picked === undefined) return;
  const report = await withProgress(session, t('Rolling back'), (token) =>
    session.ask('driftline/rollback', picked.release === undefined ? {} : { release: picked.release }, token),
  );
  await tellOutcome(around, report);
}

function asChoice(release: ReleaseLine): vscode.QuickPickItem {
  const parts = [
    release.id,
    t('{0} files', release.files),
    release.by,
    release.commit?.slice(0, 8) ?? '',
    release.detail,
  ];
  return {
    label: release.id,
    description: new Date(release.startedAt).toLocaleString(),
    detail: parts.filter((part) => part !== '').join(' · '),
  };
}

async function makePlan(around: Surroundings, deletes: readonly string[]): Promise<PlanReport> {
  const plan = await withProgress(around.session, t('Planning a deploy'), (token) =>
    around.session.ask('driftline/plan', { deletes }, token),
  );
  await around.papers.show(t('Deploy to {0}.driftline-plan', plan.target), plan.text, plan);
  return plan;
}

/** A deploy reads saved files. What is unsaved is never deployed and never silently left out. */
async function everythingSaved(around: Surroundings): Promise<boolean> {
  const dirty = vscode.workspace.textDocuments.filter((document) => document.isDirty && document.uri.scheme === 'file');
  if (dirty.length === 0) return true;
  const { uris } = await around.session.ask('driftline/managed', {
    uris: dirty.map((document) => document.uri.toString()),
  });
  const unsaved = dirty.filter((document) => uris.includes(document.uri.toString()));
  if (unsaved.length === 0) return true;
  const saveAll = t('Save All and Plan');
  const picked = await vscode.window.showWarningMessage(
    t('Some files of this deploy have unsaved changes.'),
    {
      modal: true,
      detail: unsaved.map((document) => vscode.workspace.asRelativePath(document.uri)).join('\n'),
    },
    saveAll,
  );
  if (picked !== saveAll) return false;
  for (const document of unsaved) {
    if (!(await document.save())) {
      throw new Error(
        t('{0} could not be saved, so nothing was deployed.', vscode.workspace.asRelativePath(document.uri)),
      );
    }
  }
  return true;
}

async function tellBlocked(plan: PlanReport): Promise<void> {
  const [first] = plan.blocks;
  const more = plan.blocks.length > 1 ? ` ${t('And {0} more: the plan lists them.', plan.blocks.length - 1)}` : '';
  const pullMissing = t('Pull All Missing');
  const [path] = plan.offersToDelete;
  const deleteToo = t('Plan with Its Deletion');
  const picked = await vscode.window.showErrorMessage(
    `${t('The deploy to {0} is refused; nothing was written.', plan.target)} ${first?.message ?? ''}${more}`,
    ...(plan.pullHelps ? [pullMissing] : path === undefined ? [] : [deleteToo]),
  );
  if (picked === deleteToo) {
    await vscode.commands.executeCommand('driftline.showPlan', [...plan.deletions, ...plan.offersToDelete]);
  }
  if (picked === pullMissing) await vscode.commands.executeCommand('driftline.pullAllMissing');
}

async function tellOutcome(around: Surroundings, report: DeployReport): Promise<void> {
  around.log.info(`${report.outcome}: ${report.detail}`);
  const showReport = t('Show Report');
  const showOutput = t('Show Output');
  const good = report.outcome === 'deployed' || report.outcome === 'nothingToDo';
  const tell = good
    ? vscode.window.showInformationMessage
    : report.outcome === 'failedNeedsAttention'
      ? vscode.window.showErrorMessage
      : vscode.window.showWarningMessage;
  // A bad end is shown in full at once: nobody should have to look for it.
  if (!good) await around.papers.show(t('Deploy report.driftline-plan'), report.text);
  const picked = await tell(report.detail, showReport, showOutput);
  if (picked === showReport) await around.papers.show(t('Deploy report.driftline-plan'), report.text);
  if (picked === showOutput) around.log.show(true);
}

function nothingIn(plan: PlanReport): boolean {
  return plan.counts.create + plan.counts.replace + plan.counts.delete === 0;
}
