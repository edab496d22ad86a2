import { beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../client/commands/commands.ts';
import type { Surroundings } from '../../../client/commands/command.ts';
import { GroupNode, ItemNode } from '../../../client/drift-view.ts';
import type { DriftItem } from '../../../server/protocol.ts';
import { asked } from './vscode-stand-in.ts';

vi.mock('vscode', () => import('./vscode-stand-in.ts'));

/** These commands ask the server for nothing. */
const AROUND = {} as Surroundings;

const item = (path: string, sides: Partial<DriftItem> = {}): DriftItem => ({
  path,
  uri: `file:///w/${path}`,
  kind: 'x',
  here: true,
  there: true,
  why: '',
  ...sides,
});
const changed = item('src/a.js');
const onlyHere = item('src/new.js', { there: false });
const onlyThere = item('src/old.js', { here: false });

async function run(name: string, first: unknown, second?: unknown): Promise<unknown[][]> {
  await COMMANDS[name]?.(AROUND, first, second);
  return asked;
}

beforeEach(() => {
  asked.length = 0;
});

describe('a group in one editor of many diffs', () => {
  it('has both sides of each file, and leaves out a side that has none', async () => {
    await run('driftline.compareGroup', new GroupNode({ id: 'conflict', items: [changed, onlyHere, onlyThere] }));
    const [command, title, files] = asked[0] ?? [];
    expect([command, title]).toEqual(['vscode.changes', '3 differences (production ↔ here)']);
    expect(JSON.parse(JSON.stringify(files))).toMatchObject([
      [{ path: '/w/src/a.js' }, { scheme: 'driftline-production', path: '/src/a.js' }, { path: '/w/src/a.js' }],
      [{ path: '/w/src/new.js' }, null, { path: '/w/src/new.js' }],
      [{ path: '/w/src/old.js' }, { scheme: 'driftline-production', path: '/src/old.js' }, null],
    ]);
  });

  it('says so where it is too long to be shown whole', async () => {
    const items = Array.from({ length: 250 }, (_, index) => item(`src/${index}.js`));
    await run('driftline.compareGroup', new GroupNode({ id: 'toDeploy', items }));
    expect(asked[0]?.[1]).toBe('The first 100 of 250 differences (production ↔ here)');
    expect(asked[0]?.[2]).toHaveLength(100);
  });

  it('is not opened for nothing', async () => {
    expect(await run('driftline.compareGroup', undefined)).toEqual([]);
  });
});

describe('a row', () => {
  it('gives its path below the root, and so do all that are selected', async () => {
    const nodes = [new ItemNode(changed, 'conflict'), new ItemNode(onlyThere, 'needed')];
    await run('driftline.copyPath', nodes[0]);
    await run('driftline.copyPath', nodes[0], nodes);
    expect(asked).toEqual([
      ['clipboard', 'src/a.js'],
      ['clipboard', 'src/a.js\nsrc/old.js'],
    ]);
  });

  it('is shown in the Explorer where its file is here', async () => {
    await run('driftline.revealInExplorer', new ItemNode(onlyThere, 'needed'));
    expect(asked).toEqual([]);
    await run('driftline.revealInExplorer', new ItemNode(changed, 'conflict'));
    expect(String(asked[0]?.[1])).toBe('file:///w/src/a.js');
  });
});
