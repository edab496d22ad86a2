import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import type { SFTPWrapper } from 'ssh2';
import { auditJson } from '../story/reports.ts';
import { writeManyFiles } from './files.ts';
import { median, program, timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace, sshWords } from './place.ts';
import type { Place } from './place.ts';

const ROUNDS = 3;
/** To a host on the other side of an ocean it is twice as long, to one in the same town a tenth. */
const FAR_MS = 50;
/** As many folders are read at once as the usual SFTP extensions do. */
const AT_ONCE = 16;

/**
 * Audits in which every content is compared, against rsync's checksums: one that reads every file, as the first does, and one that knows
 * most of them from before. And against a walk by SFTP that compares none.
 */
export async function audit(): Promise<Measured[]> {
  return [...(await over(10_000, 0)), ...(await over(10_000, FAR_MS)), ...(await over(100_000, 0))];
}

function over(files: number, roundTripMs: number): Promise<Measured[]> {
  return inPlace(async (place) => {
    writeManyFiles(place.root, files, 'content');
    writeManyFiles(place.workspace, files, 'content');
    await place.configure({});
    const auditing = (...words: readonly string[]): Promise<number> =>
      median(ROUNDS, () =>
        timed(async () => {
          const { complete, entries } = auditJson(await place.driftline(['audit', '--format', 'json', ...words]));
          if (!complete || entries.length > 0) throw new Error(`the audit found ${entries.length} differences`);
        }),
      );
    const first = await auditing('--rehash');
    const again = await auditing();
    const rsync = await median(ROUNDS, () =>
      timed(async () => {
        const from = `${place.sshd.user}@127.0.0.1:${place.root}/`;
        const options = ['-rnc', '--out-format=%n', '--exclude=driftline.json', '-e', sshWords(place)];
        const differ = await program('rsync', [...options, from, `${place.workspace}/`]);
        if (differ.trim() !== '') throw new Error(`rsync found: ${differ}`);
      }),
    );
    const sftp = await median(1, () =>
      timed(async () => {
        const found = await walk(place);
        if (found !== files) throw new Error(`SFTP found ${found} files`);
      }),
    );
    const what = `audit of ${files} files, round trip ${roundTripMs} ms`;
    const mine = { name: 'driftline audit', ms: again };
    return [
      { what, ours: { name: 'driftline audit --rehash', ms: first }, other: { name: 'rsync -rnc', ms: rsync } },
      { what, ours: mine, other: { name: 'rsync -rnc', ms: rsync } },
      { what, ours: mine, other: { name: 'SFTP walk', ms: sftp } },
    ];
  }, roundTripMs);
}

async function walk(place: Place): Promise<number> {
  const client = new ssh2.Client();
  const ready = new Promise<void>((resolve, reject) => client.once('ready', resolve).once('error', reject));
  client.connect({
    host: '127.0.0.1',
    port: place.port,
    username: place.sshd.user,
    privateKey: readFileSync(place.sshd.keyFile),
  });
  await ready;
  try {
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error))),
    );
    return await count(sftp, place.root);
  } finally {
    client.end();
  }
}

async function count(sftp: SFTPWrapper, root: string): Promise<number> {
  const waiting = [root];
  let files = 0;
  while (waiting.length > 0) {
    const lists = await Promise.all(waiting.splice(0, AT_ONCE).map((folder) => list(sftp, folder)));
    for (const { path, isFolder } of lists.flat()) {
      if (isFolder) waiting.push(path);
      else files++;
    }
  }
  return files;
}

function list(sftp: SFTPWrapper, folder: string): Promise<{ path: string; isFolder: boolean }[]> {
  return new Promise((resolve, reject) =>
    sftp.readdir(folder, (error, entries) => {
      if (error !== undefined) reject(error);
      else
        resolve(entries.map((entry) => ({ path: `${folder}/${entry.filename}`, isFolder: entry.attrs.isDirectory() })));
    }),
  );
}
