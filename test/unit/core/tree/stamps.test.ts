import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laterOf, mayBeKept, recall, stampText, whyVoid } from '../../../../server/core/tree/stamps.ts';
import type { HashedOnce, Hashes, Scan, Stamp } from '../../../../server/core/tree/stamps.ts';

const SECOND = 1_000_000_000n;
const NOW = 1_800_000_000n * SECOND;

function scan(more: Partial<Scan> = {}): Scan {
  return {
    machine: 'm',
    rootIdentity: '1:2',
    startNs: NOW.toString(),
    endNs: (NOW + SECOND).toString(),
    untrusted: [],
    ...more,
  };
}

function stamp(ctimeNs: bigint, more: Partial<Stamp> = {}): Stamp {
  return { dev: '1', ino: '7', size: 3, mtimeNs: '1', ctimeNs: ctimeNs.toString(), ...more };
}

const CONTENT = { sha256: 'a'.repeat(64), blob: 'b'.repeat(40) };

function hashes(files: Readonly<Record<string, HashedOnce>>, more: Partial<Hashes> = {}): Hashes {
  return { machine: 'm', rootIdentity: '1:2', startNs: (NOW - SECOND).toString(), get: (path) => files[path], ...more };
}

describe('recall', () => {
  const old = stamp(NOW - 60n * SECOND);
  const earlier = hashes({ 'a.js': { stamp: stampText(old), content: CONTENT, hashedAtMs: 1 } });

  it('knows a file that looks as it did', () => {
    expect(recall(earlier, scan(), 'a.js', stampText(old))?.content).toBe(CONTENT);
  });

  it.each([
    ['another device', { dev: '2' }],
    ['another inode', { ino: '8' }],
    ['another size', { size: 4 }],
    ['another mtime', { mtimeNs: '2' }],
    ['another ctime', { ctimeNs: (NOW - 60n * SECOND + 1n).toString() }],
  ])('does not know a file with %s', (_what, more) => {
    expect(recall(earlier, scan(), 'a.js', stampText({ ...old, ...more }))).toBeUndefined();
  });

  it('knows nothing on a file system whose word is not enough', () => {
    const untrusted = [{ path: '.', type: 'nfs4' }];
    expect(recall(earlier, scan({ untrusted }), 'a.js', stampText(old))).toBeUndefined();
    expect(mayBeKept(scan({ untrusted }), 'a.js', old)).toBe(false);
  });
});

describe('mayBeKept', () => {
  it('keeps nothing that changed shortly before, or after the scan began', () => {
    const kept = [-10n, -3n, -2n, -1n, 0n, 1n].map((seconds) =>
      mayBeKept(scan(), 'a.js', stamp(NOW + seconds * SECOND)),
    );
    expect(kept).toEqual([true, true, false, false, false, false]);
  });
});

describe('whyVoid', () => {
  const before = (NOW - SECOND).toString();

  it.each([
    ['another machine', hashes({}, { machine: 'n' }), before, 'it is another machine'],
    ['another folder', hashes({}, { rootIdentity: '1:3' }), before, 'it is another folder'],
    ['a clock before the last scan', hashes({}, { startNs: (NOW + 1n).toString() }), before, 'its clock went back'],
    ['a change that is yet to come', hashes({}), (NOW + 2n * SECOND).toString(), 'its clock went back'],
    ['nothing odd', hashes({}), before, undefined],
  ])('says what to think of %s', (_what, earlier, latest, expected) => {
    expect(whyVoid(earlier, scan(), latest)).toBe(expected);
  });
});

/**
 * A file system in small: a clock that ticks seldom, at times goes back, and writes that keep sizes and mtimes and come in a tick of the
 * clock with others.
 */
describe('a file that is known by its looks', () => {
  interface File {
    ino: bigint;
    bytes: string;
    mtime: bigint;
    ctime: bigint;
  }
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('write' as const), bytes: fc.constantFrom('aaa', 'bbb', 'c') }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('touch back' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('rename over' as const), bytes: fc.constantFrom('aaa', 'bbb') }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 5000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('set back' as const), ms: fc.integer({ min: 1, max: 9000 }) }),
    },
  );

  it.each([4n, 10n, 1000n])('has the bytes that are remembered, with a clock of %i ms', (tickMs) => {
    const run = (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void => {
      let clock = NOW;
      let inode = 1n;
      const tick = (): bigint => clock - (clock % (tickMs * 1_000_000n));
      const file: File = { ino: inode, bytes: 'aaa', mtime: tick(), ctime: tick() };
      let memory: Hashes | undefined;
      const looks = (): Stamp =>
        stamp(file.ctime, { ino: file.ino.toString(), size: file.bytes.length, mtimeNs: file.mtime.toString() });
      for (const each of steps) {
        // Nothing is done in no time.
        clock += 1000n;
        if (each.do === 'wait') clock += BigInt(each.ms) * 1_000_000n;
        if (each.do === 'set back') clock -= BigInt(each.ms) * 1_000_000n;
        if (each.do === 'write') Object.assign(file, { bytes: each.bytes, mtime: tick(), ctime: tick() });
        if (each.do === 'touch back') Object.assign(file, { mtime: NOW, ctime: tick() });
        if (each.do === 'rename over') Object.assign(file, { bytes: each.bytes, ino: ++inode, ctime: tick() });
        if (each.do !== 'scan') continue;
        const now = scan({ startNs: clock.toString(), endNs: (clock + 1n).toString() });
        const why = memory === undefined ? 'none' : whyVoid(memory, now, file.ctime.toString());
        const known = why === undefined && memory ? recall(memory, now, 'a', stampText(looks())) : undefined;
        if (known !== undefined) expect(known.content.sha256).toBe(file.bytes);
        const hashed = known ?? { stamp: stampText(looks()), content: { sha256: file.bytes, blob: '' }, hashedAtMs: 0 };
        const keep = known !== undefined || mayBeKept(now, 'a', looks());
        memory = hashes(keep ? { a: hashed } : {}, { startNs: now.startNs });
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), run), { numRuns: 2000, endOnFailure: true });
  });
});

describe('laterOf', () => {
  it('compares numbers, not words', () => {
    expect(laterOf('9', '10')).toBe('10');
    expect(laterOf('12', '13')).toBe('13');
    expect(laterOf('13', '12')).toBe('13');
  });
});
