import { count } from '../../words.ts';
import type { ReleaseSummary } from '../../release/release.ts';
import type { HostPlatform } from '../../tree/inventory.ts';
import type { HostReport, ProbeResult } from '../host-report.ts';
import type { HealthSpec, Operation, ProcessSpec } from '../plan.ts';
import type { Concern } from './concern.ts';

/** What is known of the host before anything is written. */
export interface MachineFacts {
  readonly platform: HostPlatform;
  readonly report: HostReport;
  readonly process: ProcessSpec | null;
  readonly health: HealthSpec | null;
  /** One round of the health's probes before the deploy; empty without health. */
  readonly before: readonly ProbeResult[];
  /** Every release of this root, the newest first. */
  readonly releases: readonly ReleaseSummary[];
}

/** Room for journals, records and the folders' own blocks. */
const SPARE_BYTES = 256 * 1024;
const INODES_PER_OPERATION = 4;
const SPARE_INODES = 32;

export function machineConcerns(facts: MachineFacts, operations: readonly Operation[]): Concern[] {
  return [
    ...releaseConcerns(facts.releases),
    ...rootConcerns(facts.report),
    ...placeConcerns(facts.report),
    ...diskConcerns(facts.report, operations),
    ...nodeConcerns(facts),
    ...processConcerns(facts.report, facts.process),
    ...healthConcerns(facts),
  ];
}

/** A release that has not ended holds the root: nothing is planned over its head. */
export function releaseConcerns(releases: readonly ReleaseSummary[]): Concern[] {
  return releases.flatMap(({ id, by, startedAt, outcome, elsewhere, touched, unlocked }): Concern[] => {
    if (unlocked === true || (outcome === 'interrupted' && !touched)) return [];
    switch (outcome) {
      case 'deployed':
      case 'rolledBack':
        return [];
      case 'running':
        return [
          {
            guard: 'locked',
            severity: 'error',
            message:
              elsewhere === undefined
                ? `Another deploy is running: ${by} since ${startedAt} (release ${id}).`
                : `Release ${id} of ${by} holds this root since ${startedAt}, from ${elsewhere}; whether it still runs can't be told from here.`,
            remedy:
              elsewhere === undefined
                ? 'Wait for it: driftline releases'
                : `Ask ${by}. If it is gone, have its lock taken away: driftline unlock ${id} --holder ${by} --reason "…"`,
            blocking: 'always',
          },
        ];
      case 'interrupted':
      case 'failedNeedsAttention':
        return [
          {
            guard: 'unfinished',
            severity: 'error',
            message:
              outcome === 'interrupted'
                ? `Release ${id} of ${by} was cut off in its middle, and nobody finished it.`
                : `Release ${id} of ${by} ended with something that needs a person.`,
            remedy: 'Undo it first: driftline recover',
            blocking: 'always',
          },
        ];
    }
  });
}

function rootConcerns({ root, stateFolder }: HostReport): Concern[] {
  const concerns: Concern[] = [];
  if (root.writable === false) {
    concerns.push({
      guard: 'not-writable',
      severity: 'error',
      message: `The root ${root.real ?? ''} cannot be written by the user that deploys; it belongs to ${root.owner ?? 'another user'}.`,
      remedy: 'Deploy as its owner ("user" in driftline.json), or let this user write there.',
      blocking: 'always',
    });
  }
  if (!stateFolder.usable) {
    concerns.push({
      guard: 'state-folder',
      severity: 'error',
      message: `${stateFolder.path} cannot hold a release: ${stateFolder.why ?? 'no reason is known'}.`,
      remedy:
        stateFolder.remedy ??
        'Mend that, or name another folder on the same file system with "state" in driftline.json.',
      blocking: 'always',
    });
  }
  return concerns;
}

/** Folders of the plan, one by one; what is said of the root and of the state folder is not said again. */
function placeConcerns({ root, stateFolder, unfit }: HostReport): Concern[] {
  const untold = unfit.filter(({ folder, problem }) =>
    problem === 'notWritable' ? folder !== root.real || root.writable === true : stateFolder.usable,
  );
  return untold.map(({ folder, problem, why }) => ({
    guard: problem === 'notWritable' ? 'not-writable' : 'other-mount',
    severity: 'error',
    message: `${folder} ${why}.`,
    remedy:
      problem === 'notWritable'
        ? 'Deploy as its owner ("user" in driftline.json), or let this user write there.'
        : 'Exclude it, or deploy it as a target of its own, with its own "root".',
    blocking: 'always',
  }));
}

/** Staged files, the backup, and the copies that an undo needs: all before the first rename. */
export function bytesNeeded(operations: readonly Operation[]): number {
  let bytes = SPARE_BYTES;
  for (const operation of operations) {
    if (operation.kind !== 'delete') bytes += operation.after.size;
    if (operation.kind !== 'create') bytes += 2 * operation.before.size;
  }
  return bytes;
}

function diskConcerns({ disk, stateFolder }: HostReport, operations: readonly Operation[]): Concern[] {
  const bytes = bytesNeeded(operations);
  const inodes = operations.length * INODES_PER_OPERATION + SPARE_INODES;
  const short = (what: string): Concern => ({
    guard: 'disk-full',
    severity: 'error',
    message: `There is too little room at ${stateFolder.path}: ${what}.`,
    remedy: 'Free some, or keep fewer releases ("keep" in driftline.json).',
    blocking: 'always',
  });
  if (disk.freeBytes < bytes) return [short(`${megabytes(disk.freeBytes)} free, ${megabytes(bytes)} needed`)];
  if (disk.freeInodes < inodes) return [short(`${count(disk.freeInodes, 'inode')} free, ${inodes} needed`)];
  return [];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function nodeConcerns({ platform, report }: MachineFacts): Concern[] {
  const { nextNode } = report;
  if (platform.by !== 'node') {
    return [
      {
        guard: 'no-node',
        severity: 'error',
        message: 'No Node runs on the host, and a release is carried out by it.',
        remedy: 'Name the Node there with "node" in driftline.json.',
        blocking: 'always',
      },
    ];
  }
  if ('unknown' in nextNode || !nextNode.differs) return [];
  return [
    {
      guard: 'node-differs',
      severity: 'warning',
      message: `The app's next start uses ${nextNode.path} (${nextNode.version}), not the Node that looked (${platform.node ?? 'unknown'}).`,
      remedy: 'Name the one that counts with "node" in driftline.json.',
      blocking: 'never',
    },
  ];
}

function processConcerns({ process }: HostReport, spec: ProcessSpec | null): Concern[] {
  const concern = (message: string, remedy: string, blocking: Concern['blocking']): Concern => ({
    guard: 'process',
    severity: blocking === 'never' ? 'warning' : 'error',
    message,
    remedy,
    blocking,
  });
  switch (process.state) {
    case 'notConfigured':
      return [concern('No process is configured: nothing is restarted.', 'Add "process" to the target.', 'never')];
    case 'noDaemon':
    case 'otherUser':
    case 'failed':
      return [
        concern(`${process.detail}.`, process.remedy ?? 'Start it, or correct "process" in driftline.json.', 'always'),
      ];
    case 'notFound': {
      const others = process.others.length === 0 ? '' : ` There are: ${process.others.join(', ')}.`;
      return [concern(`${process.detail}.${others}`, 'Correct "process" in driftline.json.', 'always')];
    }
    case 'ambiguous':
      return [concern(`${process.detail}.`, 'Name its namespace in "process".', 'always')];
    case 'otherRoot':
      return [concern(`${process.detail}.`, 'Correct "process" or "root" in driftline.json.', 'always')];
    case 'found':
      return process.instances.every((instance) => instance.pid > 0)
        ? []
        : [
            {
              guard: 'down-before',
              severity: 'error',
              message: `${nameOf(spec)} is not running now (${process.instances.map((each) => each.status).join(', ')}).`,
              remedy: 'Start it, so that health can be compared with before.',
              blocking: 'untilAccepted',
            },
          ];
  }
}

function nameOf(spec: ProcessSpec | null): string {
  if (spec === null) return 'The app';
  return spec.kind === 'pm2' ? spec.name : spec.kind === 'systemd' ? spec.unit : 'The app';
}

function healthConcerns({ health, before }: MachineFacts): Concern[] {
  if (health === null) {
    return [
      {
        guard: 'no-health',
        severity: 'error',
        message: 'No health is configured: nobody would see whether the app answers after the deploy.',
        remedy: 'Add "health" to the target.',
        blocking: 'untilAccepted',
      },
    ];
  }
  return before
    .filter((probe) => !probe.ok)
    .map((probe) => ({
      guard: 'unhealthy-before',
      severity: 'error',
      path: probe.name,
      message: `The probe "${probe.name}" fails already before the deploy: ${probe.saw}.`,
      remedy: 'Mend the app or the probe first.',
      blocking: 'untilAccepted',
    }));
}
