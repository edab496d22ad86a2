import { CodeActionKind } from 'vscode-languageserver/node';
import type { CodeAction, Diagnostic } from 'vscode-languageserver/node';
import { fixesOf, SOURCE } from './diagnostics.ts';

/**
 * Fixes for what only production has: this file with what it needs, or everything that code needs; for what it keeps and should not, a plan
 * that deletes it, which the person still has to agree to. The client runs the commands.
 *
 * @param needed how many files code needs that only production has
 */
export function codeActions(diagnostics: readonly Diagnostic[], needed: number): CodeAction[] {
  const ours = diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
  const mendable = ours.filter((diagnostic) => fixesOf(diagnostic).pull.length > 0);
  const pulls = mendable.map((diagnostic): CodeAction => {
    const paths = fixesOf(diagnostic).pull;
    const title = `Pull ${paths.join(', ')} and what it needs from production`;
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: true,
      command: { title, command: 'driftline.pull', arguments: [paths] },
    };
  });
  const actions = [...pulls, ...ours.flatMap(deletion)];
  if (pulls.length === 0 || needed < 2) return actions;
  const title = `Pull all ${needed} missing files from production`;
  return [
    ...actions,
    {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: mendable,
      command: { title, command: 'driftline.pullAllMissing' },
    },
  ];
}

function deletion(diagnostic: Diagnostic): CodeAction[] {
  const { deletes } = fixesOf(diagnostic);
  if (deletes.length === 0) return [];
  const title = `Plan a deploy that deletes ${deletes.join(', ')} on production`;
  const command = { title, command: 'driftline.showPlan', arguments: [deletes] };
  return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command }];
}
