import { describe, expect, it } from 'vitest';
import type { Content, Operation, Plan } from '../../../server/core/plan/plan.ts';
import type { ReleaseSummary } from '../../../server/core/release/release.ts';
import { NoWay, operationsBack, returnsOf, wayBack } from '../../../server/release/rollback.ts';
import { contentOfText, planFor } from '../../support/planned.ts';

const release = (id: string, more: Partial<ReleaseSummary> = {}): ReleaseSummary => ({
  id,
  startedAt: id,
  outcome: 'deployed',
  detail: '',
  by: 'jo@desk',
  files: 1,
  touched: true,
  kept: true,
  ...more,
});
const ids = (way: ReturnType<typeof wayBack>) => [way.undoes.map(({ id }) => id), way.to];

describe('the way back', () => {
  const all = [release('r4'), release('bad', { outcome: 'rolledBack' }), release('r3'), release('r2'), release('r1')];

  it('without a name undoes the last one that changed production', () => {
    expect(ids(wayBack(all, undefined))).toEqual([['r4'], 'r3']);
    expect(ids(wayBack([release('r1')], undefined))).toEqual([['r1'], null]);
    expect(ids(wayBack([release('x', { outcome: 'rolledBack' }), release('r1')], undefined))).toEqual([['r1'], null]);
  });
  it('to a name undoes all that came after it', () => {
    expect(ids(wayBack(all, 'r1'))).toEqual([['r4', 'r3', 'r2'], 'r1']);
    expect(ids(wayBack(all, 'r4'))).toEqual([[], 'r4']);
  });
  it('is none to what left nothing', () => {
    expect(() => wayBack(all, 'bad')).toThrow(new NoWay('Release bad left nothing on production to go back to.'));
    expect(() => wayBack([], undefined)).toThrow('There is no release to undo.');
  });
  it('is none where a backup on it is gone', () => {
    const gone = [release('r3'), release('r2', { kept: false }), release('r1')];
    expect(ids(wayBack(gone, 'r2'))).toEqual([['r3'], 'r2']);
    expect(() => wayBack(gone, 'r1')).toThrow('The backup of release r2 is not kept any more.');
  });
});

const content = (text: string): Content => contentOfText(text);
const plan = (...operations: Operation[]): Plan => ({ ...planFor('/', {}), operations });
const create = (path: string, after: string): Operation => ({ kind: 'create', path, after: content(after) });
const replace = (path: string, before: string, after: string): Operation => ({
  kind: 'replace',
  path,
  before: content(before),
  after: content(after),
});
const remove = (path: string, before: string): Operation => ({ kind: 'delete', path, before: content(before) });

/** What a tree is after plans, and after the way back over them; a tree is its texts by path. */
function thereAndBack(
  before: Record<string, string>,
  plans: readonly Plan[],
  edits: Record<string, string | null> = {},
) {
  const texts = new Map<string, Content>(Object.entries(before).map(([path, text]) => [path, content(text)]));
  const carryOut = (operations: readonly Operation[]): void => {
    for (const operation of operations) {
      if (operation.kind === 'delete') texts.delete(operation.path);
      else texts.set(operation.path, operation.after);
    }
  };
  for (const each of plans) carryOut(each.operations);
  for (const [path, text] of Object.entries(edits)) {
    if (text === null) texts.delete(path);
    else texts.set(path, content(text));
  }
  const back = operationsBack(returnsOf([...plans].reverse()), (path) => texts.get(path) ?? null);
  for (const operation of back.operations) {
    const found = texts.get(operation.path);
    expect(found, operation.path).toEqual(operation.kind === 'create' ? undefined : operation.before);
  }
  carryOut(back.operations);
  return { texts, ...back };
}
const tree = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, content(text)]));

describe('the operations back', () => {
  const old = { a: '0', b: '0', c: '0' };

  it('bring back what there was, over one release and over several', () => {
    const one = plan(create('n', '1'), replace('a', '0', '1'), remove('b', '0'));
    const two = plan(create('b', '2'), replace('a', '1', '2'), remove('n', '1'));
    const three = plan(replace('a', '2', '0'), create('n', '3'));
    for (const plans of [[one], [one, two], [one, two, three]]) {
      const { texts, edited } = thereAndBack(old, plans);
      expect(texts).toEqual(tree(old));
      expect(edited).toEqual([]);
    }
  });

  it('follow a file that was renamed again and again', () => {
    const renames = ['a', 'x', 'y', 'z'].slice(0, -1).map((name, at, all) => {
      const to = [...all, 'z'][at + 1] ?? 'z';
      return plan(create(to, '0'), remove(name, '0'));
    });
    expect(thereAndBack(old, renames).texts).toEqual(tree(old));
  });

  it('are none for what is back already, and none for what came and went', () => {
    const plans = [plan(create('n', '1'), replace('a', '0', '1')), plan(remove('n', '1'))];
    const { operations } = thereAndBack(old, plans, { a: '0' });
    expect(operations).toEqual([]);
  });

  it('name what somebody edited, deleted or made since, and still say how it would come back', () => {
    const one = plan(create('n', '1'), replace('a', '0', '1'), remove('b', '0'));
    const seen = thereAndBack(old, [one], { a: 'by hand', b: 'by hand', n: 'by hand' });
    expect([...seen.edited].sort()).toEqual(['a', 'b', 'n']);
    expect(seen.texts).toEqual(tree(old));
    const gone = thereAndBack(old, [one], { a: null, n: null });
    expect(gone.edited).toEqual(['a']);
    expect(gone.operations.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual(['create a', 'create b']);
  });

  it('come with new files first and deletions last', () => {
    const one = plan(create('n', '1'), replace('a', '0', '1'), remove('b', '0'));
    expect(thereAndBack(old, [one]).operations.map(({ kind }) => kind)).toEqual(['create', 'replace', 'delete']);
  });
});
