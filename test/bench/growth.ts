import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readModuleFile } from '../../server/io/modules.ts';
import { copyFiles, fetchApplications } from '../links/applications.ts';
import { filesBelow } from '../links/mutate.ts';
import { startCli } from '../story/cli.ts';
import { checked, cruised, forget } from './check.ts';
import { timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';
import type { Place } from './place.ts';
import { plot } from './plot.ts';

const COUNTS = [1_000, 10_000, 50_000];
/** The other one takes minutes for more. */
const MOST_OF_THE_OTHER = 10_000;
const PICTURE = path.resolve(import.meta.dirname, '../../docs/growth.svg');

/**
 * A check of ever more modules, both trees on this disk, against reading the same files and running our own lexer over them in one
 * process. The modules are those of ghost's server, again and again, each time with other contents. Also draws the picture for the docs.
 */
export async function growth(): Promise<Measured[]> {
  fetchApplications();
  const measured: Measured[] = [];
  const cold: [number, number][] = [];
  const warm: [number, number][] = [];
  const read: [number, number][] = [];
  const other: [number, number][] = [];
  for (const count of COUNTS) {
    await inPlace(async (place) => {
      const bytes = writeCopies(place.workspace, count);
      cpSync(place.workspace, place.root, { recursive: true });
      await place.configure({ host: 'local' });
      const files = filesBelow(place.workspace).filter((file) => file.endsWith('.js'));
      const readMs = await timed(async () => {
        for (const file of files) await readModuleFile(file);
      });
      forget(place);
      let peak = 0;
      const coldMs = await timed(async () => (peak = await peakOfCheck(place)));
      let modules = 0;
      const warmMs = await timed(async () => (modules = await checked(place)));
      cold.push([modules, coldMs]);
      warm.push([modules, warmMs]);
      read.push([modules, readMs]);
      const size = `${modules} modules, ${Math.round(bytes / 1e6)} MB`;
      const once = { name: 'reading and lexing them once', ms: readMs };
      if (count <= MOST_OF_THE_OTHER) {
        const ms = await timed(() => cruised(place, '.'));
        other.push([modules, ms]);
        const cruiser = { name: 'dependency-cruiser', ms };
        measured.push(
          { what: `${size}, cold`, ours: { name: 'driftline check', ms: coldMs }, other: cruiser },
          { what: `${size}, warm`, ours: { name: 'driftline check', ms: warmMs }, other: cruiser },
        );
      }
      measured.push(
        {
          what: `${size}, cold (${Math.round(peak / 1e6)} MB of memory)`,
          ours: { name: 'driftline check', ms: coldMs },
          other: once,
        },
        { what: `${size}, warm`, ours: { name: 'driftline check', ms: warmMs }, other: once },
      );
    });
  }
  writeFileSync(
    PICTURE,
    plot({
      title: 'How the cost of a check grows',
      across: 'modules',
      up: 'seconds',
      lines: [
        { name: 'dependency-cruiser', points: other.map(toSeconds) },
        { name: 'cold', points: cold.map(toSeconds) },
        { name: 'reading and lexing once', points: read.map(toSeconds) },
        { name: 'warm', points: warm.map(toSeconds) },
      ],
    }),
  );
  return measured;
}

/** @returns the most memory that the check held, in bytes, as Linux counts it */
async function peakOfCheck(place: Place): Promise<number> {
  let peak = 0;
  const { child, ended } = startCli(['check', '--format', 'json'], {
    cwd: place.workspace,
    environment: place.home.environment(),
  });
  const looking = setInterval(() => {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
  }, 50);
  child.once('exit', () => clearInterval(looking));
  const { status, stderr } = await ended;
  if (status !== 0) throw new Error(stderr);
  return peak;
}

function toSeconds([modules, ms]: readonly [number, number]): readonly [number, number] {
  return [modules, ms / 1000];
}

/**
 * Each text is there twice, the second time within a function: so modules have the size that those of large applications have.
 *
 * @returns their size in bytes
 */
export function writeCopies(workspace: string, count: number): number {
  const pattern = path.join(path.dirname(workspace), 'pattern');
  copyFiles('ghost', pattern);
  const files = filesBelow(pattern).map((file) => path.relative(pattern, file));
  let modules = 0;
  for (let copy = 0; modules < count; copy++) {
    for (const file of files) {
      if (modules >= count) break;
      const to = path.join(workspace, `copy-${copy}`, file);
      const text = readFileSync(path.join(pattern, file), 'utf8');
      mkdirSync(path.dirname(to), { recursive: true });
      if (!file.endsWith('.js')) writeFileSync(to, text);
      else writeFileSync(to, `// ${copy}\n${text}\nfunction again() {\n${text}\n}\n`);
      if (file.endsWith('.js')) modules++;
    }
  }
  return filesBelow(workspace).reduce((sum, file) => sum + statSync(file).size, 0);
}
