import { describe, expect, it } from 'vitest';
import { Selection } from '../../../../server/core/tree/selection.ts';
import type { SelectionRules } from '../../../../server/core/tree/selection.ts';

function selection(rules: Partial<SelectionRules>): Selection {
  return new Selection({ map: [{ local: '.', production: '.' }], include: [], exclude: [], ...rules });
}

describe('Selection', () => {
  const mapped = selection({ map: [{ local: 'api/src', production: 'src' }] });

  it('pairs paths both ways', () => {
    expect(mapped.toProduction('api/src/db/index.js')).toEqual({ managed: true, path: 'src/db/index.js' });
    expect(mapped.toLocal('src/db/index.js')).toEqual({ managed: true, path: 'api/src/db/index.js' });
  });

  it('knows what lies outside the map', () => {
    expect(mapped.toProduction('api/package.json')).toEqual({ managed: false, why: 'outsideMap' });
    expect(mapped.toLocal('package.json')).toEqual({ managed: false, why: 'outsideMap' });
    expect(mapped.toProduction('api/srcs/x.js').managed).toBe(false);
  });

  it('lets the more specific entry win', () => {
    const nested = selection({
      map: [
        { local: 'api', production: 'app' },
        { local: 'api/public', production: 'static' },
      ],
    });
    expect(nested.toProduction('api/public/a.css').path).toBe('static/a.css');
    expect(nested.toProduction('api/a.js').path).toBe('app/a.js');
    expect(nested.toLocal('app/public/a.css')).toEqual({ managed: false, path: 'api/public/a.css', why: 'outsideMap' });
  });

  it('gives the same answer from both sides', () => {
    const rules = selection({
      map: [{ local: 'api/src', production: 'src' }],
      exclude: ['api/src/generated/', '!*.log'],
    });
    for (const rest of [
      'a.js',
      'generated/x.js',
      'x.log',
      'deep/node_modules/y.js',
      '.env',
      'uploads/z',
      'tmp/z',
      'data.sqlite-wal',
    ]) {
      expect(rules.toLocal(`src/${rest}`).managed, rest).toBe(rules.toProduction(`api/src/${rest}`).managed);
    }
    expect(rules.toLocal('src/x.log').managed).toBe(true);
    expect(rules.toLocal('src/generated/x.js').managed).toBe(false);
  });

  it('includes only what is asked for, where anything is', () => {
    const rules = selection({ include: ['src/**'] });
    expect(rules.toProduction('src/a.js').managed).toBe(true);
    expect(rules.toProduction('README.md')).toEqual({ managed: false, path: 'README.md', why: 'notIncluded' });
  });

  it('prunes what cannot hold a managed file, and nothing else', () => {
    expect(mapped.prunes('src')).toBe(false);
    expect(mapped.prunes('uploads')).toBe(true);
    expect(mapped.prunes('src/node_modules')).toBe(true);
    expect(mapped.prunes('src/deep')).toBe(false);
    const below = selection({ map: [{ local: 'web', production: 'var/www/html' }] });
    expect(below.prunes('var')).toBe(false);
    expect(below.prunes('var/www')).toBe(false);
    expect(below.prunes('var/log')).toBe(true);
    expect(selection({}).prunes('.')).toBe(false);
  });
});
