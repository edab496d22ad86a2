import type { WorkFacts } from '../core/plan/guards/work.ts';
import { tellingLine } from '../core/words.ts';
import type { OwnGuard } from '../config/config.ts';
import { runHere } from '../io/commands.ts';
import type { VerbContext } from './context.ts';

const LINE_MS = 10_000;

/** Runs the team's own checks one after another, each where the config says: a status other than 0 is a no. */
export async function runOwnGuards(context: VerbContext): Promise<WorkFacts['own']> {
  const said: WorkFacts['own'][number][] = [];
  for (const guard of context.target.guards) {
    context.progress.report({ message: `Asking the guard "${guard.name}"` });
    const { ok, saw } = guard.on === 'client' ? await here(context, guard) : await there(context, guard);
    said.push({ name: guard.name, ok, message: guard.message, saw });
  }
  return said;
}

function here(context: VerbContext, guard: OwnGuard): Promise<{ ok: boolean; saw: string }> {
  const { config, signal } = context;
  return runHere(guard.command, config.folder, { timeoutMs: guard.timeoutMs, signal });
}

async function there(context: VerbContext, guard: OwnGuard): Promise<{ ok: boolean; saw: string }> {
  const { target, signal } = context;
  const host = await context.host();
  const { command, timeoutMs } = guard;
  const result = await host.request(
    'run',
    { command, cwd: target.root, timeoutMs },
    { signal, silenceMs: timeoutMs + LINE_MS },
  );
  const told = tellingLine(`${result.stdout}\n${result.stderr}`);
  if (result.status === 0) return { ok: true, saw: told };
  if (result.timedOut) return { ok: false, saw: `no end in ${timeoutMs / 1000} s` };
  return { ok: false, saw: told === '' ? `status ${String(result.status)}` : told.slice(0, 300) };
}
