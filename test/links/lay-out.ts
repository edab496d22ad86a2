import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { casesFor } from './cases.ts';
import type { Case } from './cases.ts';
import { JUDGED_NODE } from './judge.ts';
import type { Question } from './judge.ts';

/** Lays every case out below a folder, each in its own, and gives what is asked there. */
export function layOutCases(folder: string): Map<Case, Question[]> {
  return new Map(
    casesFor(JUDGED_NODE).map((one, index): [Case, Question[]] => {
      const place = path.join(folder, String(index));
      layOut(place, one.files);
      return [one, questionsOf(place, one)];
    }),
  );
}

/** Writes files; a text that begins with an arrow is a symbolic link. */
export function layOut(folder: string, files: Case['files']): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), file);
    else writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

function questionsOf(folder: string, { asks }: Case): Question[] {
  return Object.entries(asks).flatMap(([from, specifiers]) =>
    specifiers.flatMap((specifier) =>
      (['require', 'import'] as const).map((kind) => ({ from: path.join(folder, from), kind, specifier })),
    ),
  );
}
