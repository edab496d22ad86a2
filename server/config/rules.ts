import type { JSONPath } from 'jsonc-parser';
import type { ConfigProblem } from './config.ts';
import { nameOf } from './document.ts';
import type { ConfigDocument } from './document.ts';
import { localFolder, overlaps, posixPath, productionFolder } from './folders.ts';
import type { RawConfig, RawHealth, RawProbe, RawTarget } from './raw.ts';
import { DEFAULTS, milliseconds } from './fill.ts';

/** Says that something at a path of the file is wrong. */
type Say = (path: JSONPath, message: string, remedy: string) => void;

/** What is wrong although each value by itself is allowed by the schema. */
export function ruleProblems(document: ConfigDocument, raw: RawConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say: Say = (path, message, remedy) =>
    void problems.push(document.problem(document.at(path), message, remedy, false));
  for (const [name, target] of Object.entries(raw.targets)) {
    const at: JSONPath = ['targets', name];
    checkPaths(target, at, say);
    checkMap(target, at, document, problems);
    checkBuild(target, at, say);
    if (target.health !== undefined) checkHealth(target.health, [...at, 'health'], say);
    checkConfirm(target, at, say);
    checkGuards(target, at, say);
  }
  checkDistinct(raw, say);
  return problems;
}

function checkPaths(target: RawTarget, at: JSONPath, say: Say): void {
  for (const key of ['root', 'state', 'node'] as const) {
    const value = target[key];
    if (value === undefined) continue;
    const path = posixPath(value);
    if (path === undefined)
      say([...at, key], `${nameOf([...at, key])} has ".." or a control character in it.`, 'Write the path in full.');
    else if (path === '/')
      say([...at, key], `${nameOf([...at, key])} is the whole machine.`, "Name the application's own folder.");
  }
  if (target.state !== undefined && posixPath(target.state) === posixPath(target.root))
    say(
      [...at, 'state'],
      `${nameOf([...at, 'state'])} is the root itself.`,
      `Name a folder of its own, or leave it out: the default is ${target.root}/.driftline.`,
    );
}

function checkMap(target: RawTarget, at: JSONPath, document: ConfigDocument, problems: ConfigProblem[]): void {
  const good: { local: string; production: string }[] = [];
  for (const [local, production] of Object.entries(target.map ?? {})) {
    const path = [...at, 'map', local];
    const name = nameOf([...at, 'map']);
    const here = localFolder(local);
    const there = productionFolder(production);
    const sayKey = (message: string, remedy: string): void =>
      void problems.push(document.problem(document.keyOf(path), message, remedy, false));
    const sayValue = (message: string, remedy: string): void =>
      void problems.push(document.problem(document.at(path), message, remedy, false));
    if (here === undefined) {
      sayKey(`${name}: ${JSON.stringify(local)} leaves the folder of driftline.json.`, LOCAL_REMEDY);
      continue;
    }
    if (there === undefined) {
      sayValue(`${name}: ${JSON.stringify(production)} leaves the root.`, 'Name a folder under the root, with /.');
      continue;
    }
    const twin = good.find((other) => other.local === here);
    if (twin !== undefined) {
      sayKey(`${name}: ${JSON.stringify(local)} names a folder that stands here already.`, 'Remove one of them.');
      continue;
    }
    const other = good.find((each) => overlaps(each.production, there));
    if (other !== undefined)
      sayValue(
        `${name}: ${JSON.stringify(local)} and ${JSON.stringify(other.local)} lead to overlapping folders on production (${there}, ${other.production}).`,
        'Let every local folder lead to a production folder of its own, none inside another.',
      );
    good.push({ local: here, production: there });
  }
}

const LOCAL_REMEDY = 'Name a folder inside it, relative and with /; or put driftline.json higher up.';

function checkBuild(target: RawTarget, at: JSONPath, say: Say): void {
  if (target.build === undefined) return;
  const where = [...at, 'build'];
  for (const key of ['from', 'to'] as const) {
    if (localFolder(target.build[key]) === undefined)
      say([...where, key], `${nameOf([...where, key])} leaves the folder of driftline.json.`, LOCAL_REMEDY);
  }
  const to = localFolder(target.build.to);
  const mapped = Object.keys(target.map ?? DEFAULTS.map).map(localFolder);
  if (to !== undefined && !mapped.some((folder) => folder !== undefined && overlaps(folder, to)))
    say(
      [...where, 'to'],
      `${nameOf([...where, 'to'])} is deployed nowhere: "map" does not name ${to}.`,
      `Add ${JSON.stringify(to)} to "map".`,
    );
}

function checkHealth(health: RawHealth, at: JSONPath, say: Say): void {
  const within = milliseconds(health.within ?? DEFAULTS.within);
  const stableFor = milliseconds(health.stableFor ?? DEFAULTS.stableFor);
  if (within <= stableFor)
    say(
      [...at, health.within === undefined ? 'stableFor' : 'within'],
      `${nameOf(at)} can never hold: stableFor (${health.stableFor ?? DEFAULTS.stableFor}) does not fit into within (${health.within ?? DEFAULTS.within}).`,
      'Make within longer than stableFor.',
    );
  for (const list of ['probes', 'outside'] as const)
    (health[list] ?? []).forEach((probe, index) => checkProbe(probe, [...at, list, index], say));
}

function checkProbe(probe: RawProbe, at: JSONPath, say: Say): void {
  if (!('url' in probe)) return;
  if (!URL.canParse(probe.url))
    say([...at, 'url'], `${nameOf([...at, 'url'])} is no URL.`, 'Write it in full, as http://127.0.0.1:3000/health.');
  for (const [header, value] of Object.entries(probe.headers ?? {})) {
    // RFC 9110, section 5.6.2, and no line end in a value.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header) || (typeof value === 'string' && /[\r\n\0]/.test(value)))
      say(
        [...at, 'headers', header],
        `${nameOf([...at, 'headers'])}: ${JSON.stringify(header)} is no header that can be sent.`,
        'Use letters, digits and dashes, and a value of one line.',
      );
  }
}

function checkConfirm(target: RawTarget, at: JSONPath, say: Say): void {
  if ((target.health?.outside ?? []).length === 0 || target.confirm === 'client') return;
  say(
    target.confirm === undefined ? [...at, 'health', 'outside'] : [...at, 'confirm'],
    `${nameOf([...at, 'health', 'outside'])} is seen by this machine only, and the host confirms alone.`,
    'Add "confirm": "client" to the target.',
  );
}

function checkGuards(target: RawTarget, at: JSONPath, say: Say): void {
  const names = new Set<string>();
  (target.guards ?? []).forEach((guard, index) => {
    if (names.has(guard.name))
      say(
        [...at, 'guards', index, 'name'],
        `Two guards are called "${guard.name}".`,
        'Give each a name of its own: it is accepted by that name.',
      );
    names.add(guard.name);
  });
}

/** Two targets at one place would undo each other's releases. */
function checkDistinct(raw: RawConfig, say: Say): void {
  const places = new Map<string, string>();
  for (const [name, target] of Object.entries(raw.targets)) {
    const place = JSON.stringify([target.host.toLowerCase(), target.port ?? 22, posixPath(target.root)]);
    const other = places.get(place);
    if (other === undefined) places.set(place, name);
    else
      say(
        ['targets', name, 'root'],
        `Targets "${other}" and "${name}" are the same folder: ${target.root} on ${target.host}.`,
        'Remove one of them, or correct its root.',
      );
  }
}
