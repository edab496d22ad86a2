import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CONFIG_NAME } from '../config/find.ts';
import type { ConfigProblem } from '../config/config.ts';
import { proposeFrom } from '../config/import/proposal.ts';
import type { Proposal } from '../config/import/proposal.ts';
import { parseConfig } from '../config/load.ts';
import { sshAliases } from '../remote/ssh-config.ts';
import { Refused, UsageFailure } from './failures.ts';

/** What a first configuration is made of. */
export interface InitAnswers {
  /** The target's name; default `production`. */
  readonly name?: string;
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly root: string;
  /** Local folder to folder under the root. */
  readonly map?: Readonly<Record<string, string>>;
  readonly process?: { readonly pm2: string } | { readonly systemd: string };
  /** An address that answers 200 when the application is well, as seen from the host. */
  readonly healthUrl?: string;
}

export interface InitResult {
  readonly file: string;
  readonly text: string;
}

/** What could be answered, read from the files of other tools and from `~/.ssh/config`. Nothing is run and nothing connects. */
export async function propose(folder: string, home: string): Promise<Proposal & { readonly hosts: readonly string[] }> {
  return { ...(await proposeFrom(folder)), hosts: sshAliases(home) };
}

/**
 * Writes a first `driftline.json` into a folder. Judged by the same rules as any other before it is written.
 *
 * @throws Refused where there is one already; UsageFailure where the answers make no good one
 */
export async function init(folder: string, answers: InitAnswers): Promise<InitResult> {
  const file = path.join(folder, CONFIG_NAME);
  const text = await configText(folder, answers);
  const judged = parseConfig(text, file);
  if (Array.isArray(judged)) throw notWritten(file, judged);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw alreadyThere(file);
    throw error;
  }
  return { file, text };
}

/** Rejects where `init` would: before a person is asked anything. */
export async function refuseExisting(folder: string): Promise<void> {
  const file = path.join(folder, CONFIG_NAME);
  if (await isThere(file)) throw alreadyThere(file);
}

/** The places are those of a text that nobody has: only what is wrong is said. */
function notWritten(file: string, problems: readonly ConfigProblem[]): UsageFailure {
  return new UsageFailure(
    `${file} was not written: ${problems.map(({ message }) => message).join(' ')}`,
    problems.map(({ remedy }) => remedy).join('\n'),
  );
}

function alreadyThere(file: string): Refused {
  return new Refused(`${file} is there already and was not touched.`, 'Edit it, or move it away first.');
}

async function configText(folder: string, answers: InitAnswers): Promise<string> {
  const target = {
    host: answers.host,
    ...(answers.port !== undefined && { port: answers.port }),
    ...(answers.user !== undefined && { user: answers.user }),
    root: answers.root,
    ...(answers.map !== undefined && { map: answers.map }),
    ...(answers.process !== undefined && { process: answers.process }),
    ...(answers.healthUrl !== undefined && { health: { probes: [{ url: answers.healthUrl }] } }),
  };
  const schema = './node_modules/driftline/schema/driftline.schema.json';
  const config = {
    ...((await isThere(path.join(folder, schema))) && { $schema: schema }),
    targets: { [answers.name ?? 'production']: target },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false; // Only whether it is there is asked; writing says what else is wrong.
  }
}
