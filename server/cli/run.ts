import path from 'node:path';
import type { VerbContext } from '../app/context.ts';
import type { Target } from '../config/config.ts';
import { placesOf } from '../io/places.ts';
import { RememberingHost } from '../io/remembering-host.ts';
import { connect } from '../remote/connect.ts';
import type { Host } from '../remote/host.ts';
import { paintFor } from './colours.ts';
import { NobodyToAsk, NotNamed } from './failures.ts';
import { hostKeyOf } from './options.ts';
import type { HostOptions } from './options.ts';
import { shellWord } from './output/text.ts';
import type { ReportOptions } from './output/text.ts';
import { TerminalPrompts } from './prompts.ts';
import { StatusLine } from './status-line.ts';
import type { Surroundings } from './surroundings.ts';
import { findTarget } from './target.ts';
import { Nobody, TerminalPerson } from './terminal.ts';

/** One verb on one target, while it runs. */
export interface Run {
  readonly context: VerbContext;
  readonly line: StatusLine;
  /** For reports on standard output, and for what is shown before a question, on standard error. */
  readonly report: ReportOptions;
  readonly preview: ReportOptions;
  /** Prints the result: as one JSON object, or as the report. */
  readonly show: (result: unknown, report: string) => void;
}

export interface RunOptions extends HostOptions {
  readonly verb: string;
  /** The target of a reviewed plan, where none was named. */
  readonly plannedFor?: string;
  /** What the verb changes, after a question. */
  readonly changes?: 'workspace' | 'production';
  readonly yes?: boolean;
  readonly all?: boolean;
}

/**
 * Finds the target, and gives its verb what it needs. There is one connection, made when first asked for and closed at the end, however
 * that comes, so that no child is left and this process ends by itself.
 */
export async function onTarget(
  around: Surroundings,
  options: RunOptions,
  body: (run: Run) => Promise<number>,
): Promise<number> {
  const acceptHostKey = hostKeyOf(options);
  const { config, target } = await findTarget(around.cwd, { target: options.plannedFor, ...options });
  mustBeAgreedTo(around, target, options);
  const line = statusLine(around, options.format);
  const { interrupts } = around;
  interrupts.listen();
  let connecting: Promise<Host> | undefined;
  const connectOnce = async (): Promise<Host> => {
    const address = target.host === 'local' ? 'this machine' : target.host;
    line.report({ message: `Connecting to ${address}` });
    const host = await connect(target, {
      person: context.person,
      signal: interrupts.signal,
      home: around.home,
      stateFolder: context.places.state,
      hostProgram: path.join(around.dist, 'host.js'),
      ...(acceptHostKey !== undefined && { acceptHostKey }),
    });
    return new RememberingHost(host, context.places.cache);
  };
  const context: VerbContext = {
    config,
    target,
    person: personAt(around, line, options),
    progress: line,
    signal: interrupts.signal,
    places: placesOf(around.environment, around.home),
    host: () => (connecting ??= connectOnce()),
  };
  try {
    return await body({
      context,
      line,
      ...reportOptions(around, options),
      show: (result, report) => {
        line.clear();
        around.out.write(options.format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : report);
      },
    });
  } finally {
    line.clear();
    await closeQuietly(connecting);
  }
}

const NO_TERMINAL = 'there is no terminal to ask on';

/** Throws where a verb that changes something has nobody to ask, or a `--yes` that is not enough. Called before anything connects. */
function mustBeAgreedTo(around: Surroundings, target: Target, { changes, format, yes, ...options }: RunOptions): void {
  if (changes === undefined) return;
  if (yes !== true) {
    if (format !== 'text') throw new NobodyToAsk(around.words, `with --format ${format} nobody is asked`);
    if (!around.interactive) throw new NobodyToAsk(around.words, NO_TERMINAL);
  } else if (changes === 'production' && target.protected && options.target !== target.name) {
    throw new NotNamed(around.words, target.name);
  }
}

export function statusLine(around: Surroundings, format: HostOptions['format']): StatusLine {
  const style = format !== 'text' ? 'silent' : around.err.isTerminal ? 'rewritten' : 'lines';
  return new StatusLine(around.err, style);
}

function personAt(around: Surroundings, line: StatusLine, options: RunOptions): VerbContext['person'] {
  const saidYes = options.yes === true;
  if (!around.interactive) return new Nobody(saidYes, new NobodyToAsk(around.words, NO_TERMINAL));
  const paint = paintFor(around.err, around.environment);
  return new TerminalPerson(new TerminalPrompts(line, around.interrupts), line, paint, saidYes);
}

function reportOptions(around: Surroundings, options: RunOptions): Pick<Run, 'report' | 'preview'> {
  const flags = [
    ...(options.target === undefined ? [] : [`--target ${shellWord(options.target)}`]),
    ...(options.config === undefined ? [] : [`--config ${shellWord(options.config)}`]),
  ].join(' ');
  const shared = { ...(options.all === true && { all: true }), ...(flags !== '' && { flags }) };
  return {
    report: { ...shared, paint: paintFor(around.out, around.environment) },
    preview: { ...shared, paint: paintFor(around.err, around.environment), isPreview: true },
  };
}

async function closeQuietly(connecting: Promise<Host> | undefined): Promise<void> {
  let host: Host | undefined;
  try {
    host = await connecting;
  } catch {
    return; // Whoever asked for the connection has this failure.
  }
  await host?.close();
}
