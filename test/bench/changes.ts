import { appendFileSync, cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VerbContext } from '../../server/app/context.ts';
import type { Kept } from '../../server/app/links.ts';
import { judge, keepNothingYet, layOut, wholeOverlay } from '../../server/app/links.ts';
import { look } from '../../server/app/look.ts';
import { loadConfig } from '../../server/config/load.ts';
import { placesOf } from '../../server/io/places.ts';
import { connect } from '../../server/remote/connect.ts';
import { HOST_PROGRAM, ScriptedPerson } from '../support/hosts.ts';
import { filesBelow } from '../links/mutate.ts';
import { writeModules } from './files.ts';
import { timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';
import type { Place } from './place.ts';

const MODULES = 10_000;
const CHANGES: readonly (readonly [what: string, files: number, side: 'root' | 'workspace'])[] = [
  ['a new inventory with 100 changed files', 100, 'root'],
  ['another branch with 2,000 changed files', 2_000, 'workspace'],
];

/**
 * From two lists of files that are at hand to all verdicts, in a process that has looked before: what the background of an editor does again
 * and again. Against the same by a process that has not.
 */
export function changes(): Promise<Measured[]> {
  return inPlace(async (place) => {
    writeFileSync(path.join(place.workspace, 'package.json'), '{ "name": "bench", "version": "1.0.0" }\n');
    writeModules(path.join(place.workspace, 'src'), MODULES);
    cpSync(place.workspace, place.root, { recursive: true });
    await place.configure({ host: 'local' });
    const context = await contextIn(place);
    const kept = await keepNothingYet(context);
    await judged(context, kept);
    const measured: Measured[] = [];
    for (const [what, count, side] of CHANGES) {
      const files = filesBelow(place[side]).filter((file) => file.endsWith('.js'));
      const step = Math.floor(files.length / count);
      for (let at = 0; at < count; at++) appendFileSync(files[at * step] ?? '', `exports.changed = ${at};\n`);
      const ours = { name: 'driftline, again', ms: await judged(context, kept) };
      const scratch = { name: 'from scratch', ms: await judged(context, await keepNothingYet(context)) };
      measured.push({ what: `${what} of ${MODULES}`, ours, other: scratch });
    }
    await (await context.host()).close();
    return measured;
  });
}

/** @returns the milliseconds that it takes once both sides are listed */
async function judged(context: VerbContext, kept: Kept): Promise<number> {
  const both = await look(context);
  return timed(async () => judge(context, await layOut(context, both, wholeOverlay(both.drift), kept), kept.verdicts));
}

async function contextIn({ workspace, home }: Place): Promise<VerbContext> {
  const config = await loadConfig(path.join(workspace, 'driftline.json'));
  const target = 'problems' in config ? undefined : config.targets.get('production');
  if ('problems' in config || target === undefined) throw new Error('driftline.json cannot be read');
  const places = placesOf(home.environment(), home.folder);
  const { signal } = new AbortController();
  const person = new ScriptedPerson();
  const host = connect(target, {
    person,
    signal,
    home: home.folder,
    stateFolder: places.state,
    hostProgram: HOST_PROGRAM,
  });
  return { config, target, person, places, signal, progress: { report: () => undefined }, host: () => host };
}
