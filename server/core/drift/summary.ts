import type { DriftEntry } from './drift.ts';
import type { NearestCommit } from './history.ts';

/** One sentence on production as a whole: "production is commit 840d627 plus 3 hotfixes and 5 files nobody committed". */
export function summarise(entries: readonly DriftEntry[], nearest: NearestCommit | undefined): string {
  const hotfixes = entries.filter((entry) => entry.hotfix === true).length;
  const strangers = entries.filter((entry) => entry.kind === 'productionOnly' && entry.why === 'in no commit').length;
  if (nearest === undefined) {
    const differing = entries.filter((entry) => entry.kind !== 'same').length;
    return differing === 0
      ? 'production and the workspace have the same files'
      : `${count(differing, 'file differs', 'files differ')} between production and the workspace`;
  }
  const extras = [
    ...(hotfixes > 0 ? [count(hotfixes, 'hotfix', 'hotfixes')] : []),
    ...(strangers > 0 ? [count(strangers, 'file nobody committed', 'files nobody committed')] : []),
  ];
  const others = nearest.differing - hotfixes - strangers;
  if (others > 0) extras.push(count(others, 'other difference', 'other differences'));
  const commit = `commit ${nearest.commit.slice(0, 8)}`;
  return extras.length === 0 ? `production is ${commit}` : `production is ${commit} plus ${list(extras)}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
