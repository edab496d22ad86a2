import { CodeActionKind } from 'vscode-languageserver/node';
import type { CodeAction, Diagnostic } from 'vscode-languageserver/node';
import { pullsOf, SOURCE } from './diagnostics.ts';

/**
 * Fixes for what only production has: this file with what it needs, or everything that code needs. The client runs the commands.
 *
 * @param needed how many files code needs that only production has
 */
export function codeActions(diagnostics: readonly Diagnostic[], needed: number): CodeAction[] {
  const mendable = diagnostics.filter((diagnostic) => diagnostic.source === SOURCE && pullsOf(diagnostic).length > 0);
  const actions = mendable.map((diagnostic): CodeAction => {
    const paths = pullsOf(diagnostic);
    const title = `Pull ${paths.join(', ')} and what it needs from production`;
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: true,
      command: { title, command: 'driftline.pull', arguments: [paths] },
    };
  });
  if (actions.length === 0 || needed < 2) return actions;
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
