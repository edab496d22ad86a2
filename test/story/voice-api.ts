import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { HAND_MADE, MANIFEST, PRODUCTION_ONLY, VERSION_ONE } from './production-files.ts';
import { ADMIN_ROUTES, adminFile, featureFiles, INDEX_TWO, LOG_TWO } from './repository-files.ts';

export { CLOSURE, HAND_MADE, LEFT_ALONE, PRODUCTION_ONLY } from './production-files.ts';

const run = promisify(execFile);

/** What the set-up script installs for production and for nothing else. */
export const PRODUCTION_TOOLS = path.resolve(import.meta.dirname, '../../.cache/production-tools');

/** `<root>` as the server has it: the committed files of version 1, those added by hand, and real packages. */
export async function layOutProduction(root: string): Promise<void> {
  await write(root, { 'package.json': MANIFEST, ...below('src', VERSION_ONE), ...PRODUCTION_ONLY });
  const packages = path.join(PRODUCTION_TOOLS, 'express/node_modules');
  try {
    await cp(packages, path.join(root, 'node_modules'), { recursive: true });
  } catch (error) {
    throw new Error(`There is no express in ${packages}: run node scripts/set-up.mjs.`, { cause: error });
  }
}

export interface TargetOfStory {
  /** `"local"`, or an alias of `~/.ssh/config`. */
  readonly host: string;
  readonly root: string;
  readonly port: number;
  readonly pm2Home: string;
  readonly pm2Name?: string;
  /** Keys of the target beyond the story's own, or in place of them. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What the story's `driftline.json` says. */
export function configOf(target: TargetOfStory): string {
  const url = (route: string): string => `http://127.0.0.1:${target.port}${route}`;
  const production = {
    host: target.host,
    root: target.root,
    map: { 'api/src': 'src' },
    process: { pm2: target.pm2Name ?? 'voice-api', home: target.pm2Home },
    health: {
      probes: [
        { name: 'health', url: url('/health'), expect: { status: 200, text: 'ok' } },
        { name: 'calls', url: url('/calls'), expect: { status: 200 } },
      ],
      within: '15s',
      stableFor: '1s',
    },
    ...target.more,
  };
  return `${JSON.stringify({ targets: { production } }, null, 2)}\n`;
}

/** The repository: version 1 in an early commit, the new features in later ones, `driftline.json` last. All is committed. */
export async function layOutRepository(folder: string, target: TargetOfStory): Promise<void> {
  await mkdir(folder, { recursive: true });
  const git = (...words: string[]): Promise<unknown> => run('git', ['-C', folder, ...words], { env: gitEnvironment() });
  const commit = async (subject: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await write(folder, files);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', subject);
  };
  const code = (files: Readonly<Record<string, string>>): Record<string, string> => below('api/src', files);
  await git('init', '--quiet', '--initial-branch', 'main');
  // The person's own name comes from the repository: their home has no git configuration.
  await git('config', 'user.name', 'Mira');
  await git('config', 'user.email', 'mira@voice.example');
  const { 'lib/numbers.js': numbers = '', ...others } = VERSION_ONE;
  await commit('Answer calls', { '.gitignore': 'node_modules/\n', 'api/package.json': MANIFEST, ...code(others) });
  await commit('Show numbers as people write them', code({ 'lib/numbers.js': numbers }));
  await commit(
    'Add chat and usage',
    code({ ...featureFiles('chat'), ...featureFiles('usage'), 'lib/log.js': LOG_TWO }),
  );
  await commit('Add campaigns and analytics', code({ ...featureFiles('campaigns'), ...featureFiles('analytics') }));
  const admin = Object.assign({}, ...ADMIN_ROUTES.map(adminFile)) as Record<string, string>;
  await commit('Add twelve admin routes, and register everything', code({ ...admin, 'index.js': INDEX_TWO }));
  await commit('Deploy with Driftline', { 'driftline.json': configOf(target) });
}

/** One import in the repository's code: 1-based, the column of the specifier's first character, as editors and SARIF count. */
export interface ImportPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly specifier: string;
}

/** Every import of the three files in the repository as it is laid out, found by plain text. */
export function importsOfHandMade(): ImportPlace[] {
  return HAND_MADE.flatMap((file) => {
    const specifier = `./${file.slice('src/'.length, -'.js'.length)}`;
    return INDEX_TWO.split('\n').flatMap((text, index) => {
      const at = text.indexOf(`'${specifier}'`);
      return at < 0 ? [] : [{ file: 'api/src/index.js', line: index + 1, column: at + 2, specifier }];
    });
  });
}

export type BadRelease = 'crashes' | 'hangs';

/**
 * Edits the repository's code: it parses, every import resolves, it starts, and PM2 says "online"; then each request to `/calls` fails
 * (`crashes`) or is never answered (`hangs`). The new version calls itself 3.
 */
export async function badRelease(repository: string, kind: BadRelease = 'crashes'): Promise<void> {
  await edit(repository, (text) => {
    const three = replace(text, "const version = '2';", "const version = '3';");
    return kind === 'crashes'
      ? replace(three, 'freeswitch.channels().map(', 'freeswitch.channels().active.map(')
      : replace(
          three,
          '  response.json({ version, calls, waiting',
          '  if (calls.length === 0) response.json({ version, calls, waiting',
        );
  });
}

/** A good release: nothing but another number. */
export async function goodRelease(repository: string, version: string): Promise<void> {
  await edit(repository, (text) => text.replace(/const version = '[^']*';/, `const version = '${version}';`));
}

/** Brings the repository's code back to what is committed. */
export async function takeBack(repository: string): Promise<void> {
  await run('git', ['-C', repository, 'checkout', '--quiet', '--', 'api/src'], { env: gitEnvironment() });
}

async function edit(repository: string, change: (text: string) => string): Promise<void> {
  const file = path.join(repository, 'api/src/index.js');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function replace(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The story's code has no ${from} any more.`);
  return text.replace(from, to);
}

/** Git without the configuration of whoever runs the tests, and with commits that are the same every time. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const when = '2026-11-20T09:00:00Z';
  return {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_DATE: when,
    GIT_COMMITTER_DATE: when,
  };
}

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
