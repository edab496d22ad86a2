import type { Plan } from '../../core/plan/plan.ts';
import type { ReleaseFolder } from './folder.ts';
import { live } from './places.ts';

/** How to undo a release by hand, with nothing but a shell. */
export function readme(plan: Plan, folder: ReleaseFolder): string {
  const lines = plan.operations.map((_, number) => undoByHand(plan, folder, number));
  return [
    `# Release ${plan.id}`,
    '',
    `Made by ${plan.by.user}@${plan.by.machine} at ${plan.madeAt} for ${plan.root.real}. What happened is in journal.jsonl, what was`,
    'planned in plan.json. The files that it replaced or deleted are in old/, by their number in the plan.',
    '',
    'To undo it by hand (later releases may have changed the same files: look first), then restart the app:',
    '',
    '```sh',
    ...lines,
    '```',
    '',
  ].join('\n');
}

/** What undoes one operation in a shell. */
export function undoByHand(plan: Plan, folder: ReleaseFolder, number: number): string {
  const operation = plan.operations[number];
  const at = quote(live(plan, operation?.path ?? ''));
  return operation?.kind === 'create' ? `rm -- ${at}` : `cp -p -- ${quote(folder.backup(number))} ${at}`;
}

/** For a person to copy; nothing here runs it. */
function quote(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}
