import type { HostReport, ProbeResult, ProcessInstance, ProcessReport } from '../host/protocol.ts';
import { Failure } from '../core/failure.ts';
import { bytesNeeded, releaseConcerns } from '../core/plan/guards/machine.ts';
import type { Fact } from '../core/tree/tree.ts';
import type { Host } from '../remote/host.ts';
import type { VerbContext } from './context.ts';
import type { DoctorCheck, DoctorResult } from './results.ts';

const LOW_DISK_BYTES = 200 * 1024 * 1024;
const LOW_INODES = 2000;
const CLOCK_TOLERANCE_MS = 30_000;

/** Looks at each thing a deploy will need, and says what it found and what to do. Writes and starts nothing on the host. */
export async function doctor(context: VerbContext): Promise<DoctorResult> {
  const { target } = context;
  let host: Host;
  try {
    host = await context.host();
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'connection') throw error;
    const area = error.name.startsWith('HostKey') ? 'hostKey' : 'connection';
    return resultOf(target.name, target.host, [failed(area, error.message, error.remedy, 'everything')]);
  }
  const checks: DoctorCheck[] = [connected(host)];
  if (target.host !== 'local')
    checks.push({ area: 'hostKey', verdict: 'ok', found: 'the host key is the one that was accepted' });

  context.progress.report({ message: `Looking at ${host.address}` });
  if (host.hello.node === '') {
    checks.push(...(await withoutNode(context, host)));
    return resultOf(target.name, host.address, checks);
  }
  const asked = Date.now();
  const report = await host.request(
    'inspect',
    {
      root: target.root,
      state: target.state,
      ...(target.group !== undefined && { group: target.group }),
      process: target.process,
      ...(target.node !== undefined && { node: target.node }),
      touches: [],
    },
    { signal: context.signal },
  );
  const clock = aboutClock(report.clockMs - (asked + Date.now()) / 2);
  checks.push(
    aboutRoot(report, target.root),
    aboutState(report),
    ...(report.stateFolder.usable ? [await aboutReleases(context, host)] : []),
    aboutNode(report, host),
    aboutProcess(report.process),
    report.root.state === 'ok' ? await aboutHealth(context, host) : healthUnasked(),
    aboutDisk(report),
    clock,
  );
  return resultOf(target.name, host.address, checks);
}

function resultOf(target: string, address: string, checks: readonly DoctorCheck[]): DoctorResult {
  return { target, address, checks, ok: checks.every((check) => check.verdict !== 'failed') };
}

/** A host without Node: what POSIX tools can say of it, and what nobody can prove there. */
async function withoutNode({ target, signal }: VerbContext, host: Host): Promise<DoctorCheck[]> {
  const { root } = target;
  const clock = aboutClock(host.hello.clockMs - Date.now());
  let list: Fact | undefined;
  await host.request(
    'facts',
    { needs: [{ ask: 'list', path: root }] },
    {
      signal,
      onPart: ({ facts }) => {
        list ??= facts[0];
      },
    },
  );
  const unproven = (area: DoctorCheck['area'], what: string): DoctorCheck => ({
    area,
    verdict: 'warning',
    found: `${what} cannot be looked at without Node on the host`,
    remedy: 'Install Node there, or name it in driftline.json as "node".',
  });
  return [
    rootListed(root, list?.answer.state ?? 'unknown'),
    unproven('state', 'the folder where releases are kept'),
    failed(
      'node',
      'no Node was found on the host: audit, check and pull work by its own tools, slower; a deploy, which nothing could prove, is refused',
      'Install Node there, or name it in driftline.json as "node".',
    ),
    unproven('process', 'the process manager'),
    unproven('health', "the app's health"),
    unproven('disk', 'the free space'),
    clock,
  ];
}

function rootListed(root: string, state: Fact['answer']['state']): DoctorCheck {
  switch (state) {
    case 'known':
      return ok('root', `${root} can be listed; whether it can be written to was not tried`);
    case 'absent':
      return noRoot(root);
    case 'unreadable':
    case 'unknown':
      return unreadableRoot(root);
  }
}

function noRoot(root: string): DoctorCheck {
  const remedy = 'Correct "root" in driftline.json, or create the folder.';
  return failed('root', `there is no folder ${root} on the host`, remedy, 'everything');
}

function unreadableRoot(root: string): DoctorCheck {
  const remedy = 'Let this user read it, or connect as another ("user" in driftline.json).';
  return failed('root', `${root} cannot be read`, remedy, 'everything');
}

function connected(host: Host): DoctorCheck {
  const { hello } = host;
  return {
    area: 'connection',
    verdict: 'ok',
    found: `${host.address} as ${hello.user} on ${hello.hostname} (${hello.platform})`,
  };
}

function aboutRoot(report: HostReport, root: string): DoctorCheck {
  const { state, real, owner, writable } = report.root;
  switch (state) {
    case 'absent':
      return noRoot(root);
    case 'notFolder':
      return failed('root', `${root} is not a folder`, 'Correct "root" in driftline.json.', 'everything');
    case 'unreadable':
      return unreadableRoot(root);
    case 'ok': {
      const found = `${root}${real !== undefined && real !== root ? ` (really ${real})` : ''}, owned by ${owner ?? 'somebody'}`;
      if (writable === true) return ok('root', `${found}, writable`);
      return failed(
        'root',
        `${found}, not writable for this user: audits work, a deploy is refused`,
        'Connect as its owner ("user" in driftline.json), or let this user write there.',
      );
    }
  }
}

function aboutState(report: HostReport): DoctorCheck {
  const { path, exists, usable, why, remedy } = report.stateFolder;
  if (usable) return ok('state', exists ? `releases are kept in ${path}` : `releases will be kept in ${path}`);
  const found = `${path} cannot hold a release: ${why ?? 'no reason is known'}`;
  if (report.root.state !== 'ok') return failed('state', found, 'Mend the root first.');
  return failed('state', found, remedy ?? 'Mend that, or name another folder on the same file system with "state".');
}

/** A release that has not ended holds the root, and what is kept can be gone back to. */
async function aboutReleases({ target, signal }: VerbContext, host: Host): Promise<DoctorCheck> {
  const { releases } = await host.request('releases', { state: target.state }, { signal });
  const [held] = releaseConcerns(releases);
  if (held !== undefined) return failed('releases', held.message, held.remedy);
  const [last] = releases;
  if (last === undefined) return ok('releases', 'none yet');
  return ok('releases', `${releases.length}, none unfinished; the last is ${last.id} by ${last.by}`);
}

function aboutNode(report: HostReport, host: Host): DoctorCheck {
  const { nextNode } = report;
  if ('unknown' in nextNode) {
    const found = `${host.hello.node}; which Node the next start will use is not known: ${nextNode.unknown}`;
    return { area: 'node', verdict: 'warning', found, remedy: 'Name it in driftline.json as "node".' };
  }
  const found = `the next start uses ${nextNode.version} (${nextNode.path})`;
  if (!nextNode.differs) return ok('node', found);
  return {
    area: 'node',
    verdict: 'warning',
    found: `${found}, this session found ${host.hello.node}`,
    remedy: 'Name the right one in driftline.json as "node".',
  };
}

function aboutProcess(report: ProcessReport): DoctorCheck {
  switch (report.state) {
    case 'notConfigured':
      return {
        area: 'process',
        verdict: 'warning',
        found: 'no "process" is configured, so a deploy restarts nothing',
        remedy: 'Add "process" to the target, such as { "pm2": "name" }.',
      };
    case 'found': {
      const words = report.instances.map(instanceText);
      const isUp = report.instances.every((each) => each.pid > 0);
      if (isUp) return ok('process', words.join('; '));
      return failed('process', words.join('; '), 'Start the app: a deploy is refused while it is down.');
    }
    case 'noDaemon':
    case 'otherUser':
    case 'notFound':
    case 'ambiguous':
    case 'otherRoot':
    case 'failed':
      return failed('process', report.detail, ('remedy' in report && report.remedy) || PROCESS_REMEDIES[report.state]);
  }
}

/** A command tells neither a pid nor restarts. */
function instanceText({ mode, id, status, pid, restarts }: ProcessInstance): string {
  if (mode === 'command') return `"${id}" restarts it; whether it is up: ${status}`;
  return `${status}, pid ${pid}, ${restarts === 1 ? '1 restart' : `${restarts} restarts`}`;
}

const PROCESS_REMEDIES = {
  noDaemon: 'Start the app with PM2 on the host; Driftline starts no daemon by itself.',
  otherUser: 'Connect as the user that PM2 runs as ("user" of the target), or name it with "user" in "process".',
  notFound: 'Correct the name in "process", or start the app under it.',
  ambiguous: 'Name one with "namespace" or "home".',
  otherRoot: 'Correct "process" or "root": they must be of the same app.',
  failed: 'Run the process manager by hand on the host and see what it says.',
} as const;

async function aboutHealth(context: VerbContext, host: Host): Promise<DoctorCheck> {
  const { health, root } = context.target;
  if (health === null) {
    return failed(
      'health',
      'no "health" is configured: nobody would see whether the app answers, so a deploy is refused',
      'Add "health" with at least one probe, or accept it at each deploy: --accept no-health --reason "…"',
    );
  }
  const { results } = await host.request('probe', { health, root }, { signal: context.signal, silenceMs: 120_000 });
  const words = results
    .map((result: ProbeResult) => {
      const after = result.ok ? ` in ${Math.round(result.latencyMs)} ms` : '';
      return `${result.name}: ${result.saw}${after}`;
    })
    .join('; ');
  if (results.every((result: ProbeResult) => result.ok)) return ok('health', words);
  return failed('health', words, 'Mend the app or the probe: a deploy would see the same.');
}

/** Probes may be commands, which run in the root. */
function healthUnasked(): DoctorCheck {
  const found = 'the app was not asked, while the root is not as it should be';
  return { area: 'health', verdict: 'warning', found, remedy: 'Mend the root first.' };
}

function aboutDisk(report: HostReport): DoctorCheck {
  const { freeBytes, freeInodes } = report.disk;
  const found = `${formatBytes(freeBytes)} and ${freeInodes} inodes free`;
  if (freeBytes >= LOW_DISK_BYTES && freeInodes >= LOW_INODES) return ok('disk', found);
  const remedy = 'Free some: a deploy keeps a backup of all that it replaces.';
  if (freeBytes < bytesNeeded([])) return failed('disk', found, remedy);
  return { area: 'disk', verdict: 'warning', found, remedy };
}

function aboutClock(offsetMs: number): DoctorCheck {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS)
    return ok('clock', `within ${Math.max(1, seconds)} s of this machine's`);
  const found = `${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} this machine's`;
  return { area: 'clock', verdict: 'warning', found, remedy: 'Set the clocks by NTP: times in reports will be off.' };
}

function formatBytes(bytes: number): string {
  const gigabytes = bytes / 1024 ** 3;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GB` : `${Math.round(bytes / 1024 ** 2)} MB`;
}

function ok(area: DoctorCheck['area'], found: string): DoctorCheck {
  return { area, verdict: 'ok', found };
}

function failed(
  area: DoctorCheck['area'],
  found: string,
  remedy: string,
  prevents: DoctorCheck['prevents'] = 'deploy',
): DoctorCheck {
  return { area, verdict: 'failed', found, remedy, prevents };
}
