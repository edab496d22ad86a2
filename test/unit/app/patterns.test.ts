import { describe, expect, it } from 'vitest';
import { matching } from '../../../server/app/patterns.ts';
import type { DriftEntry } from '../../../server/core/drift/drift.ts';

const entry = (path: string, kind: DriftEntry['kind']): DriftEntry => ({ path, local: `api/${path}`, kind });
const entries = [entry('src/a.js', 'same'), entry('src/b.js', 'productionOnly')];
const paths = (pattern: string, options?: Parameters<typeof matching>[2]): string[] =>
  matching(entries, pattern, options).map((each) => each.path);

describe('matching', () => {
  it('takes a path on either side for what it names, be it the same or not', () => {
    expect(paths('src/a.js')).toEqual(['src/a.js']);
    expect(paths('./api/src/b.js')).toEqual(['src/b.js']);
  });

  it('by a glob leaves out what is the same, unless that is asked for', () => {
    expect(paths('src/*.js')).toEqual(['src/b.js']);
    expect(paths('api/src/')).toEqual(['src/b.js']);
    expect(paths('src/*.js', { same: true })).toEqual(['src/a.js', 'src/b.js']);
  });

  it('by a glob means names with a line break too', () => {
    const broken = [entry('src/line\nbreak/a.js', 'productionOnly')];
    for (const pattern of ['src/**', 'src/', 'src/**/a.js', 'src/*/a.js'])
      expect(matching(broken, pattern)).toEqual(broken);
  });
});
