import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { extractModule } from '../../server/core/link/extract.ts';
import { syntaxError } from '../../server/core/link/syntax.ts';
import { APPLICATIONS, fetchApplications } from '../links/applications.ts';
import { filesBelow, randomFrom } from '../links/mutate.ts';

interface Text {
  readonly file: string;
  readonly text: string;
  readonly isEsm: boolean;
}

/** Without `<`, which may begin JSX: of that nothing is said. */
const INSERTED = '(){}[];,.=`\'"/*a 1';

/** The modules of two installed trees; with a seed each has one to three characters less, or one more. */
function texts(seed?: number): Text[] {
  const random = randomFrom(seed ?? 0);
  return (['express', 'pm2'] as const)
    .flatMap((name) => filesBelow(path.resolve(APPLICATIONS[name].folder)))
    .filter((file) => /\.[cm]?js$/.test(file))
    .map((file) => {
      const whole = readFileSync(file, 'utf8');
      const text = seed === undefined ? whole : damaged(whole, random);
      return { file, text, isEsm: file.endsWith('.mjs') || extractModule(text).syntax === 'esm' };
    });
}

function damaged(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const less = 1 + Math.floor(random() * 3);
  return random() < 0.5
    ? text.slice(0, at) + text.slice(at + less)
    : text.slice(0, at) + INSERTED.charAt(Math.floor(random() * INSERTED.length)) + text.slice(at);
}

/** What Node refuses and we do not, and the other way round. */
function differences(asked: readonly Text[]): string[] {
  const node = spawnSync(
    process.execPath,
    ['--no-warnings', '--experimental-vm-modules', path.join(import.meta.dirname, '../links/ask-syntax.mjs')],
    { input: JSON.stringify(asked), encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const refusals = JSON.parse(node.stdout) as (string | null)[];
  expect(refusals).toHaveLength(asked.length);
  return asked.flatMap(({ file, text, isEsm }, index) => {
    const [theirs, ours] = [refusals[index] ?? undefined, syntaxError(text, isEsm)?.message];
    // `f() = 1` is refused by the grammar; engines let it pass outside of strict mode, and throw when they come to it.
    if (theirs === undefined && ours?.startsWith('Assigning to rvalue') === true && !isEsm) return [];
    return (theirs === undefined) === (ours === undefined) ? [] : [`${file}: Node ${theirs}, ours ${ours}`];
  });
}

describe('what is no JavaScript, as Node says', () => {
  beforeAll(fetchApplications);

  it('in nothing that is installed', () => {
    const asked = texts();
    expect(asked.length).toBeGreaterThan(1000);
    expect(differences(asked)).toEqual([]);
  });

  it.each([1, 2])('in texts that were damaged by seed %i', (seed) => {
    const asked = texts(seed);
    expect(differences(asked)).toEqual([]);
    expect(asked.filter(({ text, isEsm }) => syntaxError(text, isEsm) !== undefined).length).toBeGreaterThan(300);
  });
});
