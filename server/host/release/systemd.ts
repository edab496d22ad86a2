import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { execute } from './execute.ts';
import { ManagerFailure } from './manager.ts';
import type { ProcessManager } from './manager.ts';
import { proveSudo, runAs } from './sudo.ts';
import type { Command } from './sudo.ts';

type SystemdSpec = Extract<ProcessSpec, { kind: 'systemd' }>;

const SHOW_MS = 20_000;
const RESTART_MS = 120_000;
const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'MainPID', 'NRestarts', 'WorkingDirectory'];

/** A unit of systemd, of the system or of the user. */
export class Systemd implements ProcessManager {
  constructor(readonly spec: SystemdSpec) {}

  async inspect(): Promise<ProcessReport> {
    const shown = await this.#systemctl(['show', '--property', PROPERTIES.join(','), '--', this.spec.unit], SHOW_MS);
    if (shown.status !== 0) {
      const detail = (shown.stderr || shown.stdout).trim().split('\n')[0] ?? '';
      return { state: 'noDaemon', detail: `systemd cannot be asked about ${this.spec.unit}: ${detail}` };
    }
    const unit = parseProperties(shown.stdout);
    if (unit.get('LoadState') !== 'loaded') {
      const detail = `systemd has no unit "${this.spec.unit}" (${unit.get('LoadState') ?? 'unknown'})`;
      return { state: 'notFound', detail, others: [] };
    }
    const active = unit.get('ActiveState') === 'active';
    const cwd = unit.get('WorkingDirectory');
    return {
      state: 'found',
      instances: [
        {
          id: this.spec.unit,
          status: `${unit.get('ActiveState') ?? ''} (${unit.get('SubState') ?? ''})`,
          pid: active ? Number(unit.get('MainPID') ?? 0) : 0,
          restarts: Number(unit.get('NRestarts') ?? 0),
          uptimeMs: 0,
          mode: 'unit',
          ...(cwd !== undefined && cwd !== '' && { cwd }),
          logs: [],
        },
      ],
    };
  }

  async prove(): Promise<void> {
    if (!this.spec.user) await proveSudo('root', [this.#command('restart'), this.#command('stop')]);
  }

  /** A unit's file stays where it is, whatever becomes of its process. */
  definition(): Promise<null> {
    return Promise.resolve(null);
  }

  restart(): Promise<void> {
    return this.#order('restart');
  }

  restore(): Promise<void> {
    return this.restart();
  }

  stop(): Promise<void> {
    return this.#order('stop');
  }

  /** A unit of the system is restarted by root, or by who may without a password. */
  async #order(word: 'restart' | 'stop'): Promise<void> {
    const { unit, user } = this.spec;
    const isOurs = user || process.geteuid?.() === 0;
    const result = await (isOurs
      ? this.#systemctl([word, '--', unit], RESTART_MS)
      : runAs('root', this.#command(word), { timeoutMs: RESTART_MS }));
    if (result.status === 0) return;
    const detail = (result.stderr || result.stdout).trim().split('\n').slice(-2).join(' ');
    throw new ManagerFailure(`systemctl ${word} ${unit} ended with ${String(result.status)}: ${detail}`);
  }

  #command(word: 'restart' | 'stop'): Command {
    return { fixed: ['/usr/bin/systemctl', word, this.spec.unit] };
  }

  #systemctl(words: readonly string[], timeoutMs: number): ReturnType<typeof execute> {
    return execute('systemctl', [...(this.spec.user ? ['--user'] : []), '--no-pager', ...words], { timeoutMs });
  }
}

/** `systemctl show` prints a `Name=value` a line. */
export function parseProperties(output: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of output.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) properties.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return properties;
}
