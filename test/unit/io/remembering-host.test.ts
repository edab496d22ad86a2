import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../server/core/tree/inventory.ts';
import { InventoryRefused, takeInventory } from '../../../server/io/inventory.ts';
import { RememberingHost } from '../../../server/io/remembering-host.ts';
import { FakeHost } from '../../support/fake-host.ts';
import { HandlerHost } from '../../support/handler-host.ts';
import { temporaryFolder } from '../../support/home.ts';
import { until } from '../../support/processes.ts';

const RULES = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };
const OLD = new Date('2020-01-02T03:04:05Z');

let folder: string;
let root: string;
let host: HandlerHost;

beforeEach(async () => {
  folder = await temporaryFolder('remembering');
  root = path.join(folder, 'root');
  mkdirSync(root);
  host = new HandlerHost();
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}

function take(rehash = false): Promise<Inventory> {
  const remembering = new RememberingHost(host, path.join(folder, 'cache'));
  return takeInventory(remembering, { root, state: `${root}/.driftline`, rules: RULES }, { rehash });
}

/** Until the files are old enough to be known by their looks. */
function settled(): Promise<void> {
  return until('every file is old enough', () => {
    const newest = Math.max(...readdirSync(root).map((name) => lstatSync(path.join(root, name)).ctimeMs));
    return Date.now() - newest > 2200;
  });
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The paths that were hashed since this was asked last. */
function hashedNow(): string[] {
  return host.hashed.splice(0).flat().sort();
}

describe('an inventory with a memory', () => {
  it('is the one that the host itself gives', async () => {
    put('src/a.js', 'a');
    put('src/b.log', 'b');
    put('top.js', 'top');
    symlinkSync('a.js', path.join(root, 'src/link.js'));
    symlinkSync('/nowhere', path.join(root, 'out.js'));
    mkdirSync(path.join(root, 'empty'));
    const { entries, contents, takenAt, ...rest } = await take();
    const own = await takeInventory(host, { root, state: `${root}/.driftline`, rules: RULES });
    expect(entries).toEqual(own.entries);
    expect({ ...rest, takenAt: '' }).toEqual({ ...own, takenAt: '', entries: undefined });
    expect(contents).toEqual({ hashed: 2, remembered: 0, notRemembered: [] });
    expect(takenAt <= own.takenAt).toBe(true);
  });

  it('hashes again only what may have changed, whatever was done to its times and size', async () => {
    for (const name of ['kept', 'written', 'replaced', 'renamed', 'touched']) put(name, 'one');
    utimesSync(path.join(root, 'written'), OLD, OLD);
    await settled();
    await take();
    expect(hashedNow()).toEqual(['kept', 'renamed', 'replaced', 'touched', 'written']);

    const again = await take();
    expect(hashedNow()).toEqual([]);
    expect(again.contents).toMatchObject({ hashed: 0, remembered: 5 });
    expect(again.contents?.hashedSince).toBeDefined();
    expect(again.entries.every((entry) => entry.content?.sha256 === sha256('one'))).toBe(true);

    put('written', 'two');
    utimesSync(path.join(root, 'written'), OLD, OLD);
    put('other', 'two');
    utimesSync(path.join(root, 'other'), OLD, OLD);
    renameSync(path.join(root, 'other'), path.join(root, 'replaced'));
    renameSync(path.join(root, 'renamed'), path.join(root, 'moved'));
    utimesSync(path.join(root, 'touched'), OLD, OLD);
    const changed = await take();
    expect(hashedNow()).toEqual(['moved', 'replaced', 'touched', 'written']);
    const contents = new Map(changed.entries.map((entry) => [entry.path, entry.content?.sha256]));
    expect(contents).toEqual(
      new Map([
        ['kept', sha256('one')],
        ['moved', sha256('one')],
        ['replaced', sha256('two')],
        ['touched', sha256('one')],
        ['written', sha256('two')],
      ]),
    );
    // They are as fresh as before, so they are not believed.
    await take();
    expect(hashedNow()).toEqual(['moved', 'replaced', 'touched', 'written']);
    await take(true);
    expect(hashedNow()).toHaveLength(5);
  });

  it('says the same as the bytes after every one of many quick edits', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) put(name, '0000');
    await settled();
    await take();
    for (let round = 0; round < 150; round++) {
      const name = names[(round * 7) % names.length] ?? 'a';
      const text = String(round).padStart(4, '0');
      if (round % 3 === 0) {
        put('fresh', text);
        renameSync(path.join(root, 'fresh'), path.join(root, name));
      } else put(name, text);
      if (round % 2 === 0) utimesSync(path.join(root, name), OLD, OLD);
      const { entries } = await take();
      for (const entry of entries) {
        expect(entry.content?.sha256, `${entry.path} in round ${round}`).toBe(
          sha256(readFileSync(path.join(root, entry.path))),
        );
      }
    }
  });

  it.each([
    ['another machine', { machine: 'n' }, 'it is another machine'],
    ['another folder under that name', { rootIdentity: '9:9' }, 'it is another folder'],
    ['a clock that went back', { startNs: '1000000000', endNs: '9999999999999999999' }, 'its clock went back'],
    ['a network file system', { untrusted: [{ path: '.', type: 'nfs4' }] }, 'lies on nfs4'],
  ])('believes nothing of %s', async (_what, scan, clause) => {
    put('a.js', 'one');
    await settled();
    await take();
    await take();
    expect(hashedNow()).toEqual(['a.js']);
    host.change = (end) => ({ ...end, scan: { ...end.scan, ...scan } });
    const { contents } = await take();
    expect(hashedNow()).toEqual(['a.js']);
    expect(contents?.notRemembered.join()).toContain(clause);
  });

  it('is as good as new where the memory is damaged', async () => {
    put('a.js', 'one');
    await settled();
    await take();
    const [name = ''] = readdirSync(path.join(folder, 'cache/hashes'));
    const file = path.join(folder, 'cache/hashes', name);
    const bytes = readFileSync(file);
    const at = bytes.indexOf(sha256('one'));
    expect(at).toBeGreaterThan(0);
    for (const damaged of [
      Buffer.alloc(0),
      bytes.subarray(0, bytes.length - 3),
      Buffer.from(bytes.toString('latin1').replace(sha256('one'), sha256('two')), 'latin1'),
      Buffer.from('{}\n'),
      Buffer.from('no JSON\n'),
    ]) {
      writeFileSync(file, damaged);
      hashedNow();
      const { entries } = await take();
      expect(hashedNow()).toEqual(['a.js']);
      expect(entries[0]?.content?.sha256).toBe(sha256('one'));
    }
  });

  it('remembers a text with CRLF by the name that git would give it', async () => {
    put('a.txt', 'one\r\ntwo\r\n');
    put('b.txt', 'one\ntwo\n');
    await settled();
    for (const remembered of [0, 2]) {
      const { entries, contents } = await take();
      expect(contents?.remembered).toBe(remembered);
      const [windows, unix] = entries.map((entry) => entry.content);
      expect(windows?.lf).toBe(unix?.blob);
      expect(windows?.blob).not.toBe(unix?.blob);
      expect(unix).not.toHaveProperty('lf');
    }
  });

  it('is not complete where a file cannot be hashed', async () => {
    put('a.js', 'one');
    host.change = (end) => {
      rmSync(path.join(root, 'a.js'));
      return end;
    };
    const { entries, complete } = await take();
    expect(entries).toMatchObject([{ path: 'a.js', problem: 'it vanished while it was read' }]);
    expect(complete).toBe(false);
  });
});

describe('a listing from a host that lies', () => {
  const END = {
    root: '/srv',
    realRoot: '/srv',
    rootIdentity: '1:2',
    takenAt: '2026-01-02T03:04:05.678Z',
    complete: true,
    platform: { by: 'node', node: 'v20.0.0', os: 'linux' },
    unlisted: [],
    unreadable: [],
    scan: { machine: 'm', rootIdentity: '1:2', startNs: '5', endNs: '6', untrusted: [] },
  };
  const ROW = ['a.js', 0o100644, 1, '1', 0, '7', 0, 0];

  function lie(body: Uint8Array, end: unknown = END, hashes: unknown = { rows: [] }): Promise<Inventory> {
    const fake = new FakeHost({
      listing: () => ({ parts: [{ part: {}, body }], end }),
      hashes: () => ({ parts: [{ part: hashes }] }),
    });
    const remembering = new RememberingHost(fake, path.join(folder, 'cache'));
    return takeInventory(remembering, { root: '/srv', state: '/srv/.driftline', rules: RULES });
  }

  const packed = (rows: unknown): Buffer => deflateRawSync(JSON.stringify(rows));

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.from('noise')],
    ['no list', packed({})],
    ['a number for a row', packed([7])],
    ['a row that is too short', packed([ROW.slice(0, 5)])],
    ['a negative size', packed([ROW.with(2, -1)])],
    ['a time that is none', packed([ROW.with(3, 'now')])],
    ['a bomb', deflateRawSync(Buffer.alloc(65 * 1024 * 1024, '['))],
  ])('is refused where it is %s', async (_what, body) => {
    await expect(lie(body)).rejects.toThrow(InventoryRefused);
  });

  it('makes no entry of a path that leads out of the root', async () => {
    const rows = ['..', ROW, '/etc', ROW, '.', ROW.with(0, '../b.js'), ROW];
    const { entries, unreadable, complete } = await lie(packed(rows));
    expect(entries.map((entry) => entry.path)).toEqual(['a.js']);
    expect(unreadable.map((each) => each.path)).toEqual(['../a.js', '/etc/a.js', '../b.js']);
    expect(complete).toBe(false);
  });

  it('has no content where none was told', async () => {
    const { entries, complete } = await lie(packed([ROW]));
    expect(entries).toMatchObject([{ path: 'a.js', problem: 'its content was not told' }]);
    expect(complete).toBe(false);
  });

  it.each([undefined, {}, { ...END, scan: { ...END.scan, startNs: 5 } }])(
    'is refused with an end like %j',
    async (end) => {
      await expect(lie(packed([ROW]), end ?? null)).rejects.toThrow(InventoryRefused);
    },
  );
});
