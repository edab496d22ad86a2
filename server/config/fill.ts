import path from 'node:path';
import ms from 'ms';
import type { HealthSpec, ProbeSpec, ProcessSpec } from '../core/plan/plan.ts';
import type { Config, OwnGuard, Target } from './config.ts';
import { localFolder, posixPath, productionFolder } from './folders.ts';
import type { RawConfig, RawGuard, RawHealth, RawProbe, RawProcess, RawTarget } from './raw.ts';

/** What holds where the file says nothing. The schema shows the same values; a test compares them. */
export const DEFAULTS = {
  keep: 6,
  protected: false,
  map: { '.': '.' },
  confirm: 'host',
  within: '30s',
  stableFor: '5s',
  guardTimeout: '30s',
  guardOn: 'host',
  method: 'GET',
  status: 200,
  systemdUser: false,
} as const;

/** A configuration that has passed every rule, with its defaults filled in and its paths in normal form. */
export function fillConfig(raw: RawConfig, file: string): Config {
  return {
    file,
    folder: path.dirname(file),
    targets: new Map(Object.entries(raw.targets).map(([name, target]) => [name, fillTarget(name, target)])),
  };
}

function fillTarget(name: string, raw: RawTarget): Target {
  const root = posixPath(raw.root) ?? raw.root;
  const map = Object.entries(raw.map ?? DEFAULTS.map).map(([local, production]) => ({
    local: localFolder(local) ?? local,
    production: productionFolder(production) ?? production,
  }));
  return {
    name,
    host: raw.host,
    ...(raw.port !== undefined && { port: raw.port }),
    ...(raw.user !== undefined && { user: raw.user }),
    root,
    state: raw.state === undefined ? `${root}/.driftline` : (posixPath(raw.state) ?? raw.state),
    ...(raw.group !== undefined && { group: raw.group }),
    ...(raw.node !== undefined && { node: raw.node }),
    keep: raw.keep ?? DEFAULTS.keep,
    protected: raw.protected ?? DEFAULTS.protected,
    rules: { map, include: raw.include ?? [], exclude: raw.exclude ?? [] },
    ...(raw.build !== undefined && {
      build: {
        command: raw.build.command,
        from: localFolder(raw.build.from) ?? raw.build.from,
        to: localFolder(raw.build.to) ?? raw.build.to,
      },
    }),
    process: raw.process === undefined ? null : fillProcess(raw.process),
    health: raw.health === undefined ? null : fillHealth(raw.health),
    confirm: raw.confirm ?? DEFAULTS.confirm,
    guards: (raw.guards ?? []).map(fillGuard),
  };
}

function fillProcess(raw: RawProcess): ProcessSpec {
  if ('pm2' in raw) {
    const { pm2: name, ...rest } = raw;
    return { kind: 'pm2', name, ...rest };
  }
  if ('systemd' in raw) return { kind: 'systemd', unit: raw.systemd, user: raw.user ?? DEFAULTS.systemdUser };
  return { kind: 'command', restart: raw.restart, ...(raw.status !== undefined && { status: raw.status }) };
}

function fillHealth(raw: RawHealth): HealthSpec {
  return {
    probes: raw.probes.map(fillProbe),
    outside: (raw.outside ?? []).map(fillProbe),
    withinMs: milliseconds(raw.within ?? DEFAULTS.within),
    stableForMs: milliseconds(raw.stableFor ?? DEFAULTS.stableFor),
  };
}

function fillProbe(raw: RawProbe): ProbeSpec {
  if (!('url' in raw)) return { kind: 'command', name: raw.name ?? raw.command, command: raw.command };
  const { pathname } = new URL(raw.url);
  return {
    kind: 'http',
    name: raw.name ?? pathname,
    url: raw.url,
    method: raw.method ?? DEFAULTS.method,
    headers: raw.headers ?? {},
    ...(raw.body !== undefined && { body: raw.body }),
    expect: {
      status: raw.expect?.status ?? DEFAULTS.status,
      ...(raw.expect?.text !== undefined && { text: raw.expect.text }),
    },
  };
}

function fillGuard(raw: RawGuard): OwnGuard {
  return {
    name: raw.name,
    command: raw.command,
    on: raw.on ?? DEFAULTS.guardOn,
    message: raw.message ?? `The guard "${raw.name}" says no.`,
    timeoutMs: milliseconds(raw.timeout ?? DEFAULTS.guardTimeout),
  };
}

/** The schema's pattern has let only `ms`'s own notation through. */
export function milliseconds(text: string): number {
  return Math.round(ms(text as ms.StringValue));
}
