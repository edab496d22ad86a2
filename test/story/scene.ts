import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from '../support/accounts.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { freePort } from '../support/net.ts';
import { startPm2 } from '../support/pm2.ts';
import type { Pm2 } from '../support/pm2.ts';
import { until } from '../support/processes.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd, SshdOptions } from '../support/sshd.ts';
import { startCli } from './cli.ts';
import type { CliOptions, CliResult, CliRun } from './cli.ts';
import type { TargetOfStory } from './voice-api.ts';
import { layOutProduction, layOutRepository } from './voice-api.ts';

export const HOST = 'voice-production';
export const APP = 'voice-api';
/** In the app's environment on production, and nowhere else. */
export const APP_SECRET = 'tok-5e1c0f3b9a7d';

/** What a request to the API was answered with. */
export interface Answer {
  /** 0 where nobody answered. */
  readonly status: number;
  readonly text: string;
}

/** The whole story on real parts: a server behind SSH on which PM2 runs the API, and a person with a repository. */
export interface Scene {
  readonly home: TemporaryHome;
  readonly sshd: Sshd;
  readonly pm2: Pm2;
  readonly target: TargetOfStory;
  readonly root: string;
  readonly repository: string;
  /** Whoever asks the API from outside. */
  get(route: string): Promise<Answer>;
  /** The version that answers requests now. */
  version(): Promise<string>;
  /** Runs `driftline` in the repository, with the person's home. */
  driftline(words: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  start(words: readonly string[], options?: Partial<CliOptions>): CliRun;
  /** Every file below `<root>/src`, with its text. */
  production(): Promise<Map<string, string>>;
  /** Ends everything that this started, and removes every file. */
  stop(): Promise<void>;
}

export interface SceneOptions {
  /** Keys of the target beyond the story's own, or in place of them. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** What sshd is to be like, beyond its ordinary ways. */
  readonly sshd?: Partial<SshdOptions>;
  /** Whose PM2's daemon is. */
  readonly account?: Account;
  /** Called with the folder that will hold the root, before anything is in it. What it returns is called when all has ended. */
  readonly prepare?: (folder: string) => () => void;
}

export async function startScene(options: SceneOptions = {}): Promise<Scene> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of closing.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be ended.');
  };
  try {
    const folder = await temporaryFolder('story');
    closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const home = await temporaryHome();
    closing.push(() => home.remove());
    const server = path.join(folder, 'srv');
    await mkdir(server);
    const undo = options.prepare?.(server);
    if (undo !== undefined) {
      closing.push(() => {
        undo();
        return Promise.resolve();
      });
    }
    const root = path.join(server, 'voice-api');
    const repository = path.join(folder, 'voice-api');
    await layOutProduction(root);
    const sshd = await startSshd({ home, ...options.sshd });
    closing.push(() => sshd.stop());
    await sshd.writeClientConfig(HOST);
    const pm2 = await startPm2({
      home: options.account?.home ?? sshd.hostHome,
      ...(options.account && { account: options.account }),
    });
    closing.push(() => pm2.stop());
    const port = await freePort();
    const target: TargetOfStory = {
      host: HOST,
      root,
      port,
      pm2Home: pm2.home,
      pm2Name: APP,
      ...(options.more && { more: options.more }),
    };
    await layOutRepository(repository, target);
    const secrets = { VOICE_TOKEN: APP_SECRET };
    await pm2.start({ name: APP, script: path.join(root, 'src/index.js'), cwd: root, port, environment: secrets });
    const get = (route: string): Promise<Answer> => ask(port, route);
    await until('version 1 answers', async () => (await get('/health')).status === 200);
    const cli = (changed: Partial<CliOptions> = {}): CliOptions => ({
      cwd: repository,
      environment: home.environment(),
      ...changed,
    });
    return {
      home,
      sshd,
      pm2,
      target,
      root,
      repository,
      get,
      version: async () => versionIn(await get('/version')),
      driftline: (words, changed) => startCli(words, cli(changed)).ended,
      start: (words, changed) => startCli(words, cli(changed)),
      production: () => textsBelow(path.join(root, 'src')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ask(port: number, route: string): Promise<Answer> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${route}`, { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: error instanceof Error ? error.message : String(error) };
  }
}

function versionIn(answer: Answer): string {
  if (answer.status !== 200) return `none (${answer.status} ${answer.text.slice(0, 80)})`;
  const { version } = JSON.parse(answer.text) as { version: string }; // The story's own API.
  return version;
}

/** Paths as from the root, such as `src/index.js`. */
async function textsBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = new Map<string, string>();
  for (const file of files.sort()) {
    texts.set(path.relative(path.dirname(folder), file), await readFile(file, 'utf8'));
  }
  return texts;
}
