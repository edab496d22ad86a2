import { cpSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyFiles, fetchApplications } from '../links/applications.ts';
import { filesBelow } from '../links/mutate.ts';
import { writeModules } from './files.ts';
import { median, program, timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';
import type { Place } from './place.ts';

const MODULES = 500;
const ROUNDS = 3;
const DEPENDENCY_CRUISER = path.resolve(
  import.meta.dirname,
  '../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
);
const KNIP = path.resolve(import.meta.dirname, '../../node_modules/knip/bin/knip.js');

/** A check, which resolves in three trees, against dependency-cruiser, which resolves in one; both with the start of their process. */
export async function check(): Promise<Measured[]> {
  return [await overSsh(), ...(await ofApplication())];
}

function overSsh(): Promise<Measured> {
  return inPlace(async (place) => {
    writeFileSync(path.join(place.workspace, 'package.json'), '{ "name": "bench", "version": "1.0.0" }\n');
    writeModules(path.join(place.workspace, 'src'), MODULES);
    cpSync(place.workspace, place.root, { recursive: true });
    await place.configure({});
    const ours = await median(ROUNDS, () => timed(() => checked(place)));
    const other = await median(ROUNDS, () => timed(() => cruised(place, 'src')));
    return comparison(`check of ${MODULES} modules over SSH`, ours, other);
  });
}

/** Both trees on this disk, per module: the others leave some out. Warm: nothing has changed since the last check. */
function ofApplication(): Promise<Measured[]> {
  fetchApplications();
  return inPlace(async (place) => {
    copyFiles('ghost', path.join(place.workspace, 'app'));
    cpSync(place.workspace, place.root, { recursive: true });
    await place.configure({ host: 'local' });
    let modules = 0;
    const perModule = async (look: () => Promise<number>): Promise<number> => {
      const ms = await timed(async () => (modules = await look()));
      return ms / modules;
    };
    const others = [
      { name: 'dependency-cruiser', ms: await median(ROUNDS, () => perModule(() => cruised(place, 'app'))) },
      { name: 'knip', ms: await median(ROUNDS, () => perModule(() => knipped(place, 'app'))) },
    ];
    const cold = await median(ROUNDS, () => {
      forget(place);
      return perModule(() => checked(place));
    });
    const warm = await median(ROUNDS, () => perModule(() => checked(place)));
    return others.flatMap(({ name, ms }) => [
      comparison(`a module of ghost's ${modules}, cold`, cold, ms, name),
      comparison(`a module of ghost's ${modules}, warm`, warm, ms, name),
    ]);
  });
}

/** Removes what is remembered from one check to the next. */
export function forget(place: Place): void {
  rmSync(path.join(place.home.folder, '.cache'), { recursive: true, force: true });
}

/** @returns how many modules were judged */
export async function checked(place: Place): Promise<number> {
  const { modules } = JSON.parse(await place.driftline(['check', '--format', 'json'])) as { modules: number };
  if (modules < MODULES) throw new Error(`${modules} modules were checked`);
  return modules;
}

export async function cruised(place: Place, folder: string): Promise<number> {
  const words = [DEPENDENCY_CRUISER, folder, '--no-config', '--output-type', 'json'];
  const printed = await program(process.execPath, words, { cwd: place.workspace });
  const { summary } = JSON.parse(printed) as { summary: { totalCruised: number } };
  // It counts what it cannot follow too.
  if (summary.totalCruised < MODULES) throw new Error(`${summary.totalCruised} modules were cruised`);
  return summary.totalCruised;
}

/** Told that every file may be started, or it would leave out most of them. */
async function knipped(place: Place, folder: string): Promise<number> {
  const cwd = path.join(place.workspace, folder);
  const files = ['**/*.js'];
  writeFileSync(path.join(cwd, 'knip.json'), JSON.stringify({ entry: files, project: files }));
  const words = [KNIP, '--no-exit-code', '--include', 'unresolved', '--reporter', 'json'];
  const printed = await program(process.execPath, words, { cwd });
  if (!printed.includes('"issues"')) throw new Error(`knip printed ${printed.slice(0, 200)}`);
  return filesBelow(cwd).filter((file) => file.endsWith('.js')).length;
}

function comparison(what: string, ours: number, other: number, name = 'dependency-cruiser'): Measured {
  return { what, ours: { name: 'driftline check', ms: ours }, other: { name, ms: other } };
}
