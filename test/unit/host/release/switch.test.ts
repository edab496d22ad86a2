import { execFileSync } from 'node:child_process';
import type fs from 'node:fs';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReleaseFolder } from '../../../../server/host/release/folder.ts';
import { hasBegun } from '../../../../server/host/release/record.ts';
import { backUp, switchOver } from '../../../../server/host/release/switch.ts';
import { undoSwitch } from '../../../../server/host/release/undo.ts';
import { Changed, verifyPlan } from '../../../../server/host/release/verify.ts';
import { layOutPlanned, sha256, treeOf } from '../../../support/planned.ts';
import type { Planned, PlannedOptions } from '../../../support/planned.ts';
import { stageAll } from '../../../support/staged.ts';

/** Runs before each name that the switch changes: a crash there, or somebody else's hand. */
type Hand = (call: number, from: string, to: string) => void;
const hand = vi.hoisted((): { before: Hand; calls: number } => ({ before: () => undefined, calls: 0 }));
vi.mock('fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const watched = (call: (from: string, to: string) => void) => (from: string, to: string) => {
    if (!to.endsWith('.json')) hand.before(++hand.calls, from, to);
    call(from, to);
  };
  return { ...real, renameSync: watched(real.renameSync), linkSync: watched(real.linkSync) };
});
beforeEach(() => {
  hand.before = () => undefined;
  hand.calls = 0;
});

const OLD = {
  'index.js': 'old index\n',
  'lib/a.js': 'old a\n',
  'lib/b.js': { text: 'old b\n', mode: 0o755 },
  'lib/gone.js': 'old gone\n',
  'lib/stays.js': 'stays\n',
  'read-only.js': { text: 'old\n', mode: 0o444 },
};
const NEXT: PlannedOptions['next'] = {
  'index.js': 'new index\n',
  'lib/a.js': 'new a\n',
  'lib/b.js': 'new b\n',
  'lib/gone.js': null,
  'read-only.js': 'new\n',
  'lib/new.js': 'new\n',
  'fresh/deep/er.js': 'new\n',
  'fresh/other.js': '',
};

let planned: Planned;
let folder: ReleaseFolder;
let old: Map<string, string>;
const at = (name: string): string => path.join(planned.root, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

async function begin(options: Partial<PlannedOptions> = {}): Promise<void> {
  planned = await layOutPlanned({ old: OLD, next: NEXT, ...options });
  old = treeOf(planned.root);
  folder = stageAll(planned);
  hand.calls = 0;
}
afterEach(() => planned.remove());

/** Everything up to a point, and the tree as planned. */
function switched(): void {
  verifyPlan(planned.plan);
  backUp(planned.plan, folder);
  switchOver(planned.plan, folder);
}

describe('a switch', () => {
  beforeEach(() => begin());

  it('leaves exactly what was planned, with the modes that files had', () => {
    switched();
    expect(read('index.js')).toBe('new index\n');
    expect(statSync(at('lib/b.js')).mode & 0o7777).toBe(0o755);
    expect(statSync(at('read-only.js')).mode & 0o7777).toBe(0o444);
    expect(read('fresh/deep/er.js')).toBe('new\n');
    expect(read('lib/stays.js')).toBe('stays\n');
    expect(() => lstatSync(at('lib/gone.js'))).toThrow('ENOENT');
    expect(readdirSync(planned.root).sort()).toEqual(['.driftline', 'fresh', 'index.js', 'lib', 'read-only.js']);
  });

  it('is undone to exactly what was there, folders that it made included', () => {
    switched();
    const done = undoSwitch(planned.plan, folder);
    expect(treeOf(planned.root)).toEqual(old);
    expect(done.untouched).toEqual([]);
    expect([...done.restored].sort()).toEqual(planned.plan.operations.map((operation) => operation.path).sort());
  });

  it('is undone twice with the same result', () => {
    switched();
    undoSwitch(planned.plan, folder);
    expect(undoSwitch(planned.plan, folder)).toEqual({ restored: [], untouched: [], saved: [] });
    expect(treeOf(planned.root)).toEqual(old);
  });

  it('gives what comes back a time of its own, since a web server compares only size and time', () => {
    execFileSync('touch', ['-d', '2020-01-01', at('index.js')]);
    switched();
    undoSwitch(planned.plan, folder);
    expect(statSync(at('index.js')).mtimeMs).toBeGreaterThan(new Date('2026-01-01').getTime() - 1e10);
    expect(new Date(statSync(at('index.js')).mtimeMs).getFullYear()).not.toBe(2020);
  });

  it('has touched nothing live before its record is on the disk', () => {
    verifyPlan(planned.plan);
    backUp(planned.plan, folder);
    expect(hasBegun(folder)).toBe(false);
    expect(treeOf(planned.root)).toEqual(old);
    expect(undoSwitch(planned.plan, folder)).toEqual({ restored: [], untouched: [], saved: [] });
  });

  it('keeps what others put into folders that it made', () => {
    switched();
    writeFileSync(at('fresh/theirs.txt'), 'theirs');
    expect(undoSwitch(planned.plan, folder).untouched).toEqual([]);
    expect(readdirSync(at('fresh'))).toEqual(['theirs.txt']);
  });
});

describe('a crash in the middle', () => {
  it('is undone to exactly what was there, after any number of changed names', async () => {
    await begin();
    switched();
    const all = hand.calls;
    expect(all).toBeGreaterThanOrEqual(planned.plan.operations.length);
    for (let survives = 0; survives < all; survives++) {
      planned.remove();
      hand.before = () => undefined;
      await begin();
      backUp(planned.plan, folder);
      hand.calls = 0;
      hand.before = (call) => {
        if (call > survives) throw new Error('the power went');
      };
      expect(() => switchOver(planned.plan, folder)).toThrow('the power went');
      hand.before = () => undefined;
      const { untouched } = undoSwitch(planned.plan, folder);
      expect(untouched, `after ${survives} names`).toEqual([]);
      expect(treeOf(planned.root), `after ${survives} names`).toEqual(old);
    }
  });

  it('in the undo itself is undone by the next one, after any number of changed names', async () => {
    await begin();
    switched();
    hand.calls = 0;
    undoSwitch(planned.plan, folder);
    const all = hand.calls;
    for (let survives = 0; survives < all; survives++) {
      planned.remove();
      hand.before = () => undefined;
      await begin();
      switched();
      hand.calls = 0;
      hand.before = (call) => {
        if (call > survives) throw new Error('the power went');
      };
      undoSwitch(planned.plan, folder);
      hand.before = () => undefined;
      expect(undoSwitch(planned.plan, folder).untouched, `after ${survives} names`).toEqual([]);
      expect(treeOf(planned.root), `after ${survives} names`).toEqual(old);
    }
  });
});

describe('what the plan rests on', () => {
  beforeEach(() => begin());
  const refuses = (words: string | RegExp): void => {
    expect(() => verifyPlan(planned.plan)).toThrow(Changed);
    expect(() => verifyPlan(planned.plan)).toThrow(words);
  };

  it('is as planned', () => expect(() => verifyPlan(planned.plan)).not.toThrow());
  it('is not, where a file changed', () => {
    writeFileSync(at('lib/a.js'), 'by hand\n');
    refuses('lib/a.js changed on production');
  });
  it('is not, where a file vanished', () => {
    unlinkSync(at('lib/a.js'));
    refuses('lib/a.js vanished');
  });
  it('is not, where a file is to be created and something appeared', () => {
    writeFileSync(at('lib/new.js'), 'by hand\n');
    refuses('lib/new.js appeared');
  });
  it('is not, where the permissions of a file changed', () => {
    chmodSync(at('index.js'), 0o600);
    refuses('the permissions of index.js changed on production from 644 to 600');
  });
  it.each([
    ['a folder', () => mkdirSync(at('index.js'))],
    ['a link', () => symlinkSync(at('lib/stays.js'), at('index.js'))],
    ['a FIFO', () => execFileSync('mkfifo', [at('index.js')])],
  ])('is not, where %s took the place of a file', (_, replace) => {
    unlinkSync(at('index.js'));
    replace();
    refuses('index.js is no regular file on production any more');
  });
  it('is not, where a link took the place of a folder', () => {
    renameSync(at('lib'), path.join(planned.folder, 'elsewhere'));
    symlinkSync(path.join(planned.folder, 'elsewhere'), at('lib'));
    refuses('lib is no folder on production any more');
  });
  it('is not, where the root is another folder of the same name', () => {
    renameSync(planned.root, `${planned.root}-old`);
    mkdirSync(planned.root);
    refuses('is another folder than the one that was planned for');
  });
  it('is not, where the root is gone', () => {
    rmSync(planned.root, { recursive: true });
    refuses(`The root ${planned.root} is not there any more`);
  });
  it('includes what the plan only reads, and what must stay absent', () => {
    const relies = [
      { path: 'lib/stays.js', sha256: sha256('stays\n') },
      { path: 'lib/absent.js', sha256: null },
    ];
    const plan = { ...planned.plan, relies };
    expect(() => verifyPlan(plan)).not.toThrow();
    writeFileSync(at('lib/absent.js'), '');
    expect(() => verifyPlan(plan)).toThrow('lib/absent.js appeared');
    unlinkSync(at('lib/absent.js'));
    writeFileSync(at('lib/stays.js'), 'other\n');
    expect(() => verifyPlan(plan)).toThrow('lib/stays.js changed');
  });
});

describe('a hand that is quicker than the switch', () => {
  beforeEach(async () => {
    await begin();
    backUp(planned.plan, folder);
  });

  /** Does something between the last look at a file and the change of its name. */
  const between = (name: string, meddle: () => void): void => {
    hand.before = (_call, from, to) => {
      if (from !== at(name) && to !== at(name)) return;
      hand.before = () => undefined;
      meddle();
    };
  };

  it('is seen where it wrote before the last look', () => {
    hand.before = (call) => {
      if (call === 1) writeFileSync(at('index.js'), 'by hand\n');
    };
    expect(() => switchOver(planned.plan, folder)).toThrow('index.js changed on production at the last moment');
    expect(undoSwitch(planned.plan, folder).untouched).toEqual([]);
    expect(read('index.js')).toBe('by hand\n');
  });

  it('is found, kept and put back where it wrote in the gap before a replacement', () => {
    between('index.js', () => writeFileSync(at('index.js'), 'by hand\n'));
    expect(() => switchOver(planned.plan, folder)).toThrow(
      'index.js was edited on production while it was being replaced',
    );
    const done = undoSwitch(planned.plan, folder);
    expect(done.saved).toEqual([{ path: 'index.js', at: at('index.js') }]);
    expect(read('index.js')).toBe('by hand\n');
    expect(read('lib/a.js')).toBe('old a\n');
  });

  it('keeps what it deleted deleted, and what it changed before a deletion as it is', () => {
    hand.before = (call) => {
      if (call !== 1) return;
      writeFileSync(at('lib/gone.js'), 'by hand\n');
      unlinkSync(at('read-only.js'));
    };
    expect(() => switchOver(planned.plan, folder)).toThrow('read-only.js changed on production at the last moment');
    expect(undoSwitch(planned.plan, folder).untouched).toEqual([]);
    expect(read('lib/gone.js')).toBe('by hand\n');
    expect(() => lstatSync(at('read-only.js'))).toThrow('ENOENT');
  });

  it('is found, kept and put back where it wrote in the gap before a deletion', () => {
    between('lib/gone.js', () => writeFileSync(at('lib/gone.js'), 'by hand\n'));
    expect(() => switchOver(planned.plan, folder)).toThrow('lib/gone.js was edited');
    undoSwitch(planned.plan, folder);
    expect(read('lib/gone.js')).toBe('by hand\n');
  });

  it('never loses a file that appeared where one is created', () => {
    between('lib/new.js', () => writeFileSync(at('lib/new.js'), 'by hand\n'));
    expect(() => switchOver(planned.plan, folder)).toThrow('EEXIST');
    expect(undoSwitch(planned.plan, folder).untouched).toEqual([]);
    expect(read('lib/new.js')).toBe('by hand\n');
    expect(read('index.js')).toBe('old index\n');
  });

  it('is not followed out of the root by a folder that it swapped for a link', () => {
    const elsewhere = path.join(planned.folder, 'elsewhere');
    mkdirSync(elsewhere);
    hand.before = (_call, _from, to) => {
      if (to !== at('fresh/other.js')) return;
      renameSync(at('lib'), path.join(planned.folder, 'lib-moved'));
      symlinkSync(elsewhere, at('lib'));
    };
    expect(() => switchOver(planned.plan, folder)).toThrow('changed on production at the last moment');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('stays as it is where it edited what the release had put there', () => {
    switchOver(planned.plan, folder);
    writeFileSync(at('lib/a.js'), 'by hand\n');
    const { untouched } = undoSwitch(planned.plan, folder);
    expect(untouched).toEqual([{ path: 'lib/a.js', why: 'somebody changed it since the switch', theirs: true }]);
    expect(read('lib/a.js')).toBe('by hand\n');
    expect(read('index.js')).toBe('old index\n');
  });

  it('has its edit saved where that fell into the gap of an undo', () => {
    switchOver(planned.plan, folder);
    hand.before = (_call, from, to) => {
      if (to === at('lib/a.js') && from === folder.removed(numberOf('lib/a.js')))
        writeFileSync(at('lib/a.js'), 'by hand\n');
    };
    const { saved, untouched } = undoSwitch(planned.plan, folder);
    const kept = folder.edit(numberOf('lib/a.js'));
    expect([saved, untouched]).toEqual([[{ path: 'lib/a.js', at: kept }], []]);
    expect(readFileSync(kept, 'utf8')).toBe('by hand\n');
    expect(treeOf(planned.root)).toEqual(old);
  });
});

describe('a backup', () => {
  beforeEach(() => begin());

  it('has the old bytes twice, and shares none of them with a live file', () => {
    backUp(planned.plan, folder);
    for (const [number, operation] of planned.plan.operations.entries()) {
      if (operation.kind === 'create') continue;
      for (const copy of [folder.backup(number), folder.undo(number)]) {
        expect(sha256(readFileSync(copy))).toBe(operation.before.sha256);
        expect(statSync(copy).ino).not.toBe(statSync(at(operation.path)).ino);
        expect(statSync(copy).nlink).toBe(1);
        expect(statSync(copy).mode & 0o7777).toBe(operation.before.mode);
      }
    }
  });

  it('does not change the live file by being made', () => {
    const before = lstatSync(at('index.js'), { bigint: true });
    backUp(planned.plan, folder);
    const after = lstatSync(at('index.js'), { bigint: true });
    expect([after.ctimeNs, after.ino, after.nlink]).toEqual([before.ctimeNs, before.ino, before.nlink]);
  });

  it('fails where the old bytes are not those of the plan', () => {
    writeFileSync(at('index.js'), 'by hand\n');
    expect(() => backUp(planned.plan, folder)).toThrow(/index\.js has not the bytes that were listed/);
    expect(hasBegun(folder)).toBe(false);
  });

  it('fails where new bytes did not arrive whole, or not at all', () => {
    writeFileSync(folder.fresh(numberOf('lib/a.js')), 'new');
    expect(() => backUp(planned.plan, folder)).toThrow('the new bytes of lib/a.js did not arrive whole');
    unlinkSync(folder.fresh(numberOf('lib/a.js')));
    expect(() => backUp(planned.plan, folder)).toThrow('the new bytes of lib/a.js did not arrive whole');
  });

  it('does not wait for ever where a FIFO took the place of a file', () => {
    unlinkSync(at('index.js'));
    execFileSync('mkfifo', [at('index.js')]);
    expect(() => backUp(planned.plan, folder)).toThrow('not a regular file');
  });
});

describe('the copies that an undo works with', () => {
  beforeEach(async () => {
    await begin();
    switched();
  });

  it('are taken where the file itself could not be kept', () => {
    for (const name of readdirSync(path.join(folder.path, 'removed')))
      unlinkSync(path.join(folder.path, 'removed', name));
    expect(undoSwitch(planned.plan, folder).untouched).toEqual([]);
    expect(treeOf(planned.root)).toEqual(old);
  });

  it('are not put into place where they are damaged, and the backup is named', () => {
    const number = numberOf('index.js');
    unlinkSync(folder.removed(number));
    writeFileSync(folder.undo(number), 'damaged');
    const { untouched } = undoSwitch(planned.plan, folder);
    const why = `its ready copy ${folder.undo(number)} is damaged; another one is ${folder.backup(number)}`;
    expect(untouched).toEqual([{ path: 'index.js', why, theirs: false }]);
    expect(read('index.js')).toBe('new index\n');
    expect(read('lib/a.js')).toBe('old a\n');
  });
});

describe('rights', () => {
  const isRoot = process.getuid?.() === 0;

  it('keep setuid and setgid, and the owner where that can be given', async () => {
    await begin({ old: { 'bin/tool': { text: 'old', mode: 0o755 } }, next: { 'bin/tool': 'new' } });
    planned.remove();
    await begin({ old: { 'bin/tool': { text: 'old', mode: 0o6755 } }, next: { 'bin/tool': 'new' } });
    if (isRoot) {
      chownSync(at('bin/tool'), 12_345, 23_456);
      chmodSync(at('bin/tool'), 0o6755);
    }
    const before = statSync(at('bin/tool'));
    switched();
    const after = statSync(at('bin/tool'));
    expect([after.uid, after.gid, after.mode]).toEqual([before.uid, before.gid, before.mode]);
    undoSwitch(planned.plan, folder);
    const undone = statSync(at('bin/tool'));
    expect([undone.uid, undone.gid, undone.mode]).toEqual([before.uid, before.gid, before.mode]);
  });

  it('of a new folder are those of the folder that it is made in, whatever the umask', async () => {
    await begin({ old: { 'lib/a.js': 'old' }, next: { 'lib/deep/er/b.js': 'new' } });
    chmodSync(at('lib'), 0o2775);
    const umask = process.umask(0o077);
    try {
      switched();
    } finally {
      process.umask(umask);
    }
    expect(statSync(at('lib/deep')).mode & 0o7777).toBe(0o2775);
    expect(statSync(at('lib/deep/er')).mode & 0o7777).toBe(0o2775);
    expect(statSync(at('lib/deep/er/b.js')).mode & 0o777).toBe(0o644);
  });

  it('do not spread to another name of the same file', async () => {
    await begin({ old: { 'index.js': 'old' }, next: { 'index.js': 'new' } });
    linkSync(at('index.js'), path.join(planned.folder, 'other-name'));
    switched();
    expect(readFileSync(path.join(planned.folder, 'other-name'), 'utf8')).toBe('old');
  });
});

describe('names', () => {
  it('with spaces, quotes, newlines and leading dashes are names like others', async () => {
    const odd = ["it's $(here).js", '-rf', 'new\nline.js', 'ümläut 😀.js', 'back\\slash'];
    const texts = (text: string) => Object.fromEntries(odd.map((name) => [`odd/${name}`, text]));
    await begin({ old: texts('old'), next: texts('new') });
    switched();
    for (const name of odd) expect(read(`odd/${name}`)).toBe('new');
    undoSwitch(planned.plan, folder);
    expect(treeOf(planned.root)).toEqual(old);
  });

  it('that are too long stop it, and nothing live has changed', async () => {
    await begin({ old: OLD, next: { ...NEXT, 'index.js': 'new' } });
    const name = 'n'.repeat(300);
    const after = { sha256: sha256('new'), size: 3, mode: 0o644 };
    const plan = {
      ...planned.plan,
      operations: [...planned.plan.operations, { kind: 'create' as const, path: name, after }],
    };
    expect(() => verifyPlan(plan)).toThrow('ENAMETOOLONG');
    expect(treeOf(planned.root)).toEqual(old);
  });
});

function numberOf(name: string): number {
  return planned.plan.operations.findIndex((operation) => operation.path === name);
}
