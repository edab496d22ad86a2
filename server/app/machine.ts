import { randomBytes } from 'node:crypto';
import { addonConcerns } from '../core/plan/guards/addons.ts';
import { machineConcerns } from '../core/plan/guards/machine.ts';
import type { Concern } from '../core/plan/guards/concern.ts';
import type { HostReport, ProbeResult, ProcessInstance } from '../core/plan/host-report.ts';
import type { Operation, Plan, RunningApp } from '../core/plan/plan.ts';
import type { Inventory } from '../core/tree/inventory.ts';
import { whoAmI } from '../io/who.ts';
import type { Host } from '../remote/host.ts';
import type { VerbContext } from './context.ts';

/** The host as a plan needs to know it. */
export interface Machine {
  readonly host: Host;
  readonly report: HostReport;
  readonly concerns: readonly Concern[];
}

/** Every probe of the app may take its five seconds. */
const PROBES_SILENCE_MS = 120_000;

/** Looks at the machine, its process manager and the app's health before anything is written. Writes and starts nothing. */
export async function askMachine(
  context: VerbContext,
  { platform }: Inventory,
  operations: readonly Operation[],
): Promise<Machine> {
  const { target, signal, progress } = context;
  const host = await context.host();
  progress.report({ message: `Looking at ${host.address}` });
  const { root, state, group, process, health, node } = target;
  const touches = operations.map((operation) => operation.path);
  const report = await host.request(
    'inspect',
    { root, state, process, ...(group !== undefined && { group }), ...(node !== undefined && { node }), touches },
    { signal },
  );
  let before: readonly ProbeResult[] = [];
  if (health !== null) {
    progress.report({ message: 'Asking the app how it is before' });
    const probed = await host.request('probe', { health, root }, { signal, silenceMs: PROBES_SILENCE_MS });
    before = probed.results;
  }
  // What stands in a folder that cannot be used is not asked: that by itself blocks.
  const { releases } = report.stateFolder.usable
    ? await host.request('releases', { state }, { signal })
    : { releases: [] };
  const facts = { platform, report, process, health, before, releases };
  return { host, report, concerns: machineConcerns(facts, operations) };
}

/** Whether the Node of the next start can load what production's packages were built to. */
export async function askAddons(
  { signal }: VerbContext,
  { host, report: { nextNode } }: Machine,
  packages: readonly string[],
): Promise<Concern[]> {
  // Without a Node there, or where nobody knows which one starts the app, there is none to hold them against.
  if (packages.length === 0 || host.hello.node === '' || 'unknown' in nextNode) return [];
  const { unfit } = await host.request('addons', { packages: [...packages], node: nextNode.path }, { signal });
  return addonConcerns(unfit);
}

/** The parts of a plan that say where, by whom and with what care. */
export function planFrame(
  context: VerbContext,
  { host, report }: Machine,
  inventory: Inventory,
): Omit<Plan, 'operations' | 'relies' | 'guards' | 'accepted' | 'reason' | 'commit'> {
  const { target } = context;
  return {
    format: 1,
    id: planId(report.clockMs),
    target: target.name,
    madeAt: new Date(report.clockMs).toISOString(),
    by: whoAmI(),
    host: host.address,
    root: { path: target.root, real: inventory.realRoot, identity: inventory.rootIdentity },
    state: target.state,
    ...(target.group !== undefined && { group: target.group }),
    process: target.process,
    ...(target.node !== undefined && { node: target.node }),
    runs: report.process.state === 'found' ? report.process.instances.map(runningApp) : [],
    health: target.health,
    confirm: target.confirm,
    keep: target.keep,
  };
}

/** What the process manager would start again, as far as a plan rests on it. */
function runningApp({ mode, script, cwd }: ProcessInstance): RunningApp {
  return { mode, ...(script !== undefined && { script }), ...(cwd !== undefined && { cwd }) };
}

/** `20261125-150756-123-9f3a`: the host's time, so that names sort as releases were made, and something that two plans never share. */
function planId(clockMs: number): string {
  const [date = '', time = ''] = new Date(clockMs).toISOString().replace(/[-:Z]/g, '').replace('.', '-').split('T');
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}
