import { describe, expect, it } from 'vitest';
import { pathsAsMeant } from '../../../server/cli/paths.ts';

describe('pathsAsMeant', () => {
  const here = new Set(['/w/api/src/index.js', '/w/src/index.js', '/elsewhere/a.js']);
  const meant = (typed: string, cwd: string): readonly string[] | undefined =>
    pathsAsMeant([typed], cwd, '/w', (file) => here.has(file))[0];

  it('leaves paths alone where the config is', () => {
    expect(meant('src/index.js', '/w')).toEqual(['src/index.js']);
  });

  it('reads a path that is here from where the shell stands', () => {
    expect(meant('src/index.js', '/w/api')).toEqual(['api/src/index.js']);
    expect(meant('../src/index.js', '/w/api')).toEqual(['src/index.js']);
    expect(meant('/w/api/src/index.js', '/w')).toEqual(['api/src/index.js']);
  });

  it('reads what is not here from where the shell stands, else as production has it', () => {
    expect(meant('src/db/*.js', '/w/api')).toEqual(['api/src/db/*.js', 'src/db/*.js']);
    expect(meant('db/x.js', '/w/api/src')).toEqual(['api/src/db/x.js', 'db/x.js']);
  });

  it('leaves what is not below as it was typed', () => {
    expect(meant('a.js', '/elsewhere')).toEqual(['a.js']);
  });

  it('reads a path that climbs, or is absolute, from where the shell stands, be it here or not', () => {
    expect(meant('../scripts/nightly.js', '/w/api')).toEqual(['scripts/nightly.js']);
    expect(meant('../src/db/*.js', '/w/api')).toEqual(['src/db/*.js']);
    expect(meant('src/../..x/a.js', '/w')).toEqual(['..x/a.js']);
    expect(meant('/w/scripts/gone.js', '/w')).toEqual(['scripts/gone.js']);
    expect(meant('..', '/w/api')).toEqual(['.']);
  });

  it('refuses a path that lies outside of the folder of the config', () => {
    expect(() => meant('../a.js', '/w')).toThrow('../a.js lies outside of /w');
    expect(() => meant('../..', '/w/api')).toThrow('lies outside of /w');
    expect(() => meant('/elsewhere/a.js', '/w')).toThrow('/elsewhere/a.js lies outside of /w');
  });
});
