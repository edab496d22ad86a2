import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../../server/core/link/finding.ts';
import { hotfixConcerns, linkConcerns } from '../../../../../server/core/plan/guards/links.ts';
import type { LinkFacts } from '../../../../../server/core/plan/guards/links.ts';
import type { DriftEntry } from '../../../../../server/core/drift/drift.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  code: 'production-only-import',
  severity: 'error',
  file: { tree: 'local', path: 'src/index.js' },
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
  message: 'It is only there.',
  remedy: 'Pull it.',
  when: 'start',
  ...more,
});
const say = (more: Partial<LinkFacts>) =>
  linkConcerns({
    findings: [],
    notJudged: [],
    packageDifferences: [],
    lockDifferences: [],
    unreadable: [],
    written: new Set(['src/index.js']),
    ...more,
  }).map(({ guard, severity, path, blocking }) => `${guard} ${severity} ${path ?? ''} ${blocking}`);

describe('the guard of links', () => {
  it('says nothing where every link is judged and leads somewhere', () => expect(say({})).toEqual([]));
  it('tells of a lockfile and blocks nothing by it', () => {
    const apart = { lockfile: 'package-lock.json', message: 'm', remedy: 'r' };
    expect(say({ lockDifferences: [{ ...apart, severity: 'warning' }] })).toEqual([
      'lockfile warning package-lock.json never',
    ]);
  });
  it('blocks by errors and by nothing less', () => {
    expect(say({ findings: [finding()] })).toEqual(['production-only-import error src/index.js untilAccepted']);
    const less = [finding({ severity: 'warning', code: 'package-version' }), finding({ severity: 'information' })];
    expect(say({ findings: less }).every((line) => line.endsWith('never'))).toBe(true);
  });
  it('blocks where a module that is written could not be judged, and only tells of others', () => {
    const notJudged = [
      { path: 'src/index.js', reason: 'a syntax error' },
      { path: 'src/other.js', reason: 'too large' },
    ];
    expect(say({ notJudged })).toEqual([
      'not-judged error src/index.js untilAccepted',
      'not-judged information src/other.js never',
    ]);
  });
  it('blocks where a link leads to what could not be read', () => {
    const unreadable = [{ module: 'src/index.js', specifier: './x', reason: 'permission denied' }];
    expect(say({ unreadable })).toEqual(['unreadable error src/index.js untilAccepted']);
  });
});

describe('the guard of hotfixes', () => {
  const drift = (more: Partial<DriftEntry>): DriftEntry => ({
    path: 'a.js',
    local: 'a.js',
    kind: 'changedBoth',
    ...more,
  });
  it('blocks what would overwrite the only copy, and what changed there', () => {
    const replaced = new Set(['a.js']);
    expect(hotfixConcerns([drift({ hotfix: true })], replaced)).toMatchObject([
      { guard: 'hotfix-overwritten', path: 'a.js', severity: 'warning', blocking: 'untilAccepted' },
    ]);
    expect(hotfixConcerns([drift({ kind: 'changedThere', why: 'as in 840d627' })], replaced)[0]?.message).toContain(
      'as in 840d627',
    );
  });
  it('says nothing of files that are not replaced, or that are in a commit', () => {
    expect(hotfixConcerns([drift({ hotfix: true })], new Set())).toEqual([]);
    expect(hotfixConcerns([drift({}), drift({ kind: 'changedHere' })], new Set(['a.js']))).toEqual([]);
  });
});
