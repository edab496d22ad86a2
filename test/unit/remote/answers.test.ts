import { describe, expect, it } from 'vitest';
import type { Verb } from '../../../server/host/protocol.ts';
import { endOf, NotAnAnswer, partOf } from '../../../server/remote/answers.ts';

const HASH = 'a'.repeat(64);
const HELLO = {
  protocol: 1,
  node: 'v20.0.0',
  platform: 'linux',
  hostname: 'voice',
  user: 'deploy',
  uid: 1000,
  home: '/home/deploy',
  clockMs: 1,
};
const REPORT = {
  root: { state: 'ok', real: '/srv', writable: true, owner: 'deploy' },
  stateFolder: { path: '/srv/.driftline', exists: false, usable: true },
  unfit: [{ folder: '/srv/lib', problem: 'notWritable', why: 'cannot be written' }],
  nextNode: { unknown: 'no process' },
  process: { state: 'notFound', detail: 'no such app', others: ['chat'] },
  disk: { freeBytes: 1, freeInodes: 1 },
  clockMs: 1,
};

function known(ask: string, value: unknown): unknown {
  return { facts: [{ ask, path: '/srv', answer: { state: 'known', value } }] };
}

const PARTS: [Verb, unknown][] = [
  ['inventory', { entries: [{}] }],
  ['facts', { facts: [{ ask: 'module', path: '/a', answer: { state: 'unreadable', reason: 'no' } }] }],
  ['facts', { facts: [{ ask: 'entry', path: '/a', answer: { state: 'absent' } }] }],
  ['facts', known('entry', { kind: 'symlink', leadsTo: '..' })],
  ['facts', known('list', [['a\nb', 'file']])],
  ['facts', known('identity', { sha256: HASH, blob: 'b'.repeat(40) })],
  ['facts', known('text', '{}')],
  ['read', { path: 'a.js', sha256: HASH, size: 1, mode: 0o644 }],
  ['read', { path: 'a.js', problem: 'gone' }],
  ['follow', { event: { seq: 1, at: 'now', type: 'step', step: 'switch', detail: '' } }],
  ['follow', { event: { seq: 1, at: 'now', type: 'ended', outcome: 'rolledBack', detail: '' } }],
];

const NO_PARTS: [Verb, unknown][] = [
  ['hello', {}],
  ['inventory', { entries: {} }],
  ['inventory', null],
  ['facts', {}],
  ['facts', { facts: [null] }],
  ['facts', known('list', { a: 'file' })],
  ['facts', known('list', [['../a', 'file']])],
  ['facts', known('list', [['..', 'folder']])],
  ['facts', known('list', [['', 'folder']])],
  ['facts', known('list', [['a', 'door']])],
  ['facts', known('list', [['a', 'file', 1]])],
  ['facts', known('text', 1)],
  ['facts', known('identity', { sha256: HASH.toUpperCase(), blob: 'b'.repeat(40) })],
  ['facts', known('module', { imports: [] })],
  ['facts', known('everything', 1)],
  ['facts', { facts: [{ ask: 'entry', path: '/a', answer: { state: 'unreadable' } }] }],
  ['read', { path: 1 }],
  ['read', { path: 'a', sha256: 'short' }],
  ['follow', { event: { seq: 1, at: 'now', type: 'step', step: 'dance', detail: '' } }],
  ['follow', { event: { seq: '1', at: 'now', type: 'log', lines: [] } }],
];

const ENDS: [Verb, unknown][] = [
  ['hello', HELLO],
  ['hello', { ...HELLO, more: 1 }],
  ['inspect', REPORT],
  ['inspect', { ...REPORT, process: { state: 'found', instances: [] } }],
  ['addons', { unfit: [{ file: '/srv/b.node', why: 'it was built for another processor than x64' }] }],
  ['run', { status: null, stdout: '', stderr: '', timedOut: true }],
  ['releases', { releases: [] }],
];

const NO_ENDS: [Verb, unknown][] = [
  ['hello', undefined],
  ['hello', { ...HELLO, protocol: 2 }],
  ['hello', { ...HELLO, clockMs: '1' }],
  ['inspect', { ...REPORT, root: { state: 'fine' } }],
  ['addons', { unfit: [{ file: 1, why: '' }] }],
  ['inspect', { ...REPORT, unfit: [{ folder: '/srv/lib', problem: 'unclean', why: '' }] }],
  ['inspect', { ...REPORT, process: { state: 'notFound', detail: '' } }],
  ['inspect', { ...REPORT, process: { state: 'found', instances: [{}] } }],
  ['inspect', { ...REPORT, disk: null }],
  ['run', { status: '0', stdout: '', stderr: '', timedOut: false }],
  ['releases', { releases: [{ id: 'x' }] }],
  ['release', { plan: {}, journal: [] }],
];

describe('an answer', () => {
  it.each(PARTS)('to %s may have the part %j', (verb, part) => {
    expect(partOf(verb, part)).toBe(part);
  });

  it.each(NO_PARTS)('to %s has no part like %j', (verb, part) => {
    expect(() => partOf(verb, part)).toThrow(NotAnAnswer);
  });

  it.each(ENDS)('to %s may end with %j', (verb, end) => {
    expect(endOf(verb, end)).toBe(end);
  });

  it.each(NO_ENDS)('to %s does not end with %j', (verb, end) => {
    expect(() => endOf(verb, end)).toThrow(NotAnAnswer);
  });
});
