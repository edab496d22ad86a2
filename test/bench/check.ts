import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeModules } from './files.ts';
import { median, program, timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';

const MODULES = 500;
const ROUNDS = 3;
const DEPENDENCY_CRUISER = path.resolve(
  import.meta.dirname,
  '../../node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
);

/** A check of 500 modules in three trees, production's over SSH, against dependency-cruiser, which resolves them in one. */
export function check(): Promise<Measured[]> {
  return inPlace(async (place) => {
    writeFileSync(path.join(place.workspace, 'package.json'), '{ "name": "bench", "version": "1.0.0" }\n');
    writeModules(path.join(place.workspace, 'src'), MODULES);
    cpSync(place.workspace, place.root, { recursive: true });
    await place.configure({});
    const ours = await median(ROUNDS, () =>
      timed(async () => {
        const { modules } = JSON.parse(await place.driftline(['check', '--format', 'json'])) as { modules: number };
        if (modules !== MODULES) throw new Error(`${modules} modules were checked`);
      }),
    );
    const other = await median(ROUNDS, () =>
      timed(async () => {
        const words = [DEPENDENCY_CRUISER, 'src', '--no-config', '--output-type', 'json'];
        const printed = await program(process.execPath, words, { cwd: place.workspace });
        const { summary } = JSON.parse(printed) as { summary: { totalCruised: number } };
        // It counts the built-in module too.
        if (summary.totalCruised < MODULES) throw new Error(`${summary.totalCruised} modules were cruised`);
      }),
    );
    const what = `check of ${MODULES} modules`;
    return [{ what, ours: { name: 'driftline check', ms: ours }, other: { name: 'dependency-cruiser', ms: other } }];
  });
}
