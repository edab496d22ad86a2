import { lstatSync } from 'node:fs';
import path from 'node:path';
import { deployJson } from '../story/reports.ts';
import { writeManyFiles } from './files.ts';
import { median, program } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';

const FILES = 500;
const ROUNDS = 3;

/** For how long production holds a mixture of old and new files: what both leave on the files says it, not what they say themselves. */
export function switching(): Promise<Measured[]> {
  return inPlace(async (place) => {
    const app = path.join(place.root, 'app');
    const names = writeManyFiles(app, FILES, 'version 0');
    await place.configure({ process: { restart: 'true' }, health: { probes: [{ command: 'true' }], stableFor: '0s' } });
    let version = 0;
    const ours = await median(ROUNDS, async () => {
      writeManyFiles(path.join(place.workspace, 'app'), FILES, `version ${++version}`);
      const accepted = ['--accept', 'hotfix-overwritten', '--reason', 'a benchmark has no history'];
      const { outcome } = deployJson(await place.driftline(['deploy', '--yes', '--format', 'json', ...accepted]));
      if (outcome !== 'deployed') throw new Error(`the deploy ended ${outcome}`);
      return mixed(app, names);
    });
    const archive = path.join(path.dirname(place.root), 'release.tgz');
    const other = await median(ROUNDS, async () => {
      writeManyFiles(path.join(place.workspace, 'app'), FILES, `version ${++version}`);
      await program('tar', ['czf', archive, '-C', place.workspace, 'app']);
      await program('tar', ['xzf', archive, '--overwrite', '-C', place.root]);
      return mixed(app, names);
    });
    const what = `production is mixed, ${FILES} files`;
    return [{ what, ours: { name: 'driftline deploy', ms: ours }, other: { name: 'tar xzf --overwrite', ms: other } }];
  });
}

/** From the first file's change to the last one's. A rename changes ctime, as a write does; nobody can set it. */
function mixed(folder: string, names: readonly string[]): number {
  const times = names
    .map((name) => lstatSync(path.join(folder, name), { bigint: true }).ctimeNs)
    .sort((a, b) => (a < b ? -1 : 1));
  const [first = 0n] = times;
  return Number((times.at(-1) ?? first) - first) / 1e6;
}
