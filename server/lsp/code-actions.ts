import { CodeActionKind } from 'vscode-languageserver/node';
import type { CodeAction, CodeActionParams } from 'vscode-languageserver/node';
import { pullsOf, SOURCE } from './diagnostics.ts';
import type { Session } from './session.ts';

/** Fixes for what only production has: this file with what it needs, or everything that code needs. The client runs the commands. */
export function codeActions(session: Session, params: CodeActionParams): CodeAction[] {
  const ours = params.context.diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
  const actions = ours.flatMap((diagnostic): CodeAction[] => {
    const paths = pullsOf(diagnostic);
    if (paths.length === 0) return [];
    const title = `Pull ${paths.join(', ')} and what it needs from production`;
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        isPreferred: true,
        command: { title, command: 'driftline.pull', arguments: [paths] },
      },
    ];
  });
  if (actions.length === 0 || session.state().counts.needed < 2) return actions;
  const title = 'Pull all missing files from production';
  return [
    ...actions,
    {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: ours.filter((diagnostic) => pullsOf(diagnostic).length > 0),
      command: { title, command: 'driftline.pullAllMissing' },
    },
  ];
}
