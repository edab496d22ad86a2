import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { watchRequests } from '../story/outage.ts';
import { auditJson, releasesJson, sarifResults } from '../story/reports.ts';
import { startScene } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import {
  badRelease,
  CLOSURE,
  HAND_MADE,
  importsOfHandMade,
  LEFT_ALONE,
  PRODUCTION_ONLY,
  takeBack,
} from '../story/voice-api.ts';
import type { CliResult } from '../story/cli.ts';
import { Teller } from './teller.ts';

/** Longer than this and nobody would watch it to the end. */
const LIMIT_SECONDS = 120;

const teller = new Teller();
const began = performance.now();

void play();

async function play(): Promise<void> {
  let scene: Scene | undefined;
  const end = async (): Promise<void> => {
    const ending = scene;
    scene = undefined;
    await ending?.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(130)));
  }
  try {
    teller.say('The story that broke production, on real parts: sshd, PM2 and Express on this machine.');
    scene = await startScene();
    await tell(scene);
    await end();
    const seconds = Math.round((performance.now() - began) / 1000);
    teller.expect(`all of it in under ${LIMIT_SECONDS} s`, seconds < LIMIT_SECONDS, `${seconds} s`);
    teller.end(seconds);
  } catch (error) {
    teller.failed(error);
    process.exitCode = 1;
    await end();
  }
}

async function tell(scene: Scene): Promise<void> {
  const before = await scene.production();
  await prologue(scene);
  await doctor(scene);
  await audit(scene);
  await check(scene);
  await refusedDeploy(scene, before);
  await pull(scene);
  const release = await deploy(scene, before);
  await badDeploy(scene);
  await rollback(scene, release, before);
}

async function prologue(scene: Scene): Promise<void> {
  teller.aside(
    `A voice API runs on a server under PM2, in ${scene.root}. Over the months somebody added files there by hand. The repository never had them; it has the new features, and code that still needs those files.`,
  );
  const { status, text } = await scene.get('/version');
  teller.command('curl http://voice-production/version');
  teller.output(text);
  teller.expect('version 1 answers', status === 200 && (await scene.version()) === '1', text);
}

async function doctor(scene: Scene): Promise<void> {
  teller.step('Doctor', 'Is everything there that a deploy will need? The first contact with a host asks for its key.');
  const stranger = await driftline(scene, 'doctor');
  teller.expect('a host whose key nobody accepted is not logged in to (exit 3)', stranger.status === 3, stranger);
  const fingerprint = scene.sshd.hostKeyFingerprint();
  teller.expect('its fingerprint is told', all(stranger).includes(fingerprint), stranger);
  const known = await driftline(scene, 'doctor', '--accept-host-key', fingerprint);
  teller.expect('with the key accepted, nothing stands in the way (exit 0)', known.status === 0, known);
}

async function audit(scene: Scene): Promise<void> {
  teller.step('Audit', 'What does production have that the repository does not, and does code need it?');
  const result = await driftline(scene, 'audit');
  teller.expect('the audit is complete (exit 0)', result.status === 0, result);
  const { entries, complete } = auditJson((await quietly(scene, 'audit', '--format', 'json')).stdout);
  const needed = entries.slice(0, HAND_MADE.length + CLOSURE.length);
  const first = needed.map((entry) => entry.path);
  teller.expect(
    'first the three files, then what they import: code needs them',
    complete && same(first, [...HAND_MADE, ...CLOSURE]) && needed.every((entry) => entry.needed),
    needed,
  );
  const others = entries
    .filter((entry) => entry.kind === 'productionOnly' && !entry.needed)
    .map(({ path: file }) => file);
  teller.expect('what no code needs is told apart', same(others.sort(), [...LEFT_ALONE].sort()), others);
}

async function check(scene: Scene): Promise<void> {
  teller.step('Check', 'Every import of them that would fail without them, at its place.');
  const result = await driftline(scene, 'check');
  teller.expect('errors were found (exit 1)', result.status === 1, result);
  const sarif = await quietly(scene, 'check', '--target', 'production', '--format', 'sarif');
  const found = sarifResults(sarif.stdout).map((each) => `${each.ruleId} ${each.file}:${each.line}:${each.column}`);
  const wanted = importsOfHandMade().map((each) => `production-only-import ${each.file}:${each.line}:${each.column}`);
  teller.expect('SARIF says production-only-import at exactly these three', same(found.sort(), wanted.sort()), found);
}

async function refusedDeploy(scene: Scene, before: ReadonlyMap<string, string>): Promise<void> {
  teller.step('Deploy: refused', 'The check that the team relied on passes on this very tree. It resolves nothing.');
  nodeCheck(scene);
  const result = await driftline(scene, 'deploy', '--yes');
  teller.expect('the deploy is refused (exit 1)', result.status === 1, result);
  teller.expect('it names the command that pulls them', all(result).includes('driftline pull'), result);
  const untouched =
    same([...(await scene.production())], [...before]) && !existsSync(path.join(scene.root, '.driftline'));
  teller.expect('nothing was written on production', untouched);
  teller.expect('version 1 still answers', (await scene.version()) === '1');
}

async function pull(scene: Scene): Promise<void> {
  teller.step('Pull', 'The three files, and whatever they import in turn, come into the repository.');
  const result = await driftline(scene, 'pull', '--missing', '--commit', '--yes');
  teller.expect('they are pulled (exit 0)', result.status === 0, result);
  const arrived = [...HAND_MADE, ...CLOSURE].filter(
    (file) => readFileSync(path.join(scene.repository, 'api', file), 'utf8') === PRODUCTION_ONLY[file],
  );
  teller.expect('all six are here, byte for byte', arrived.length === 6, arrived);
  const shown = shell(scene, 'git', 'show', '--stat', '--format=%h %an: %s');
  teller.expect(
    'and committed',
    [...HAND_MADE, ...CLOSURE].every((file) => shown.includes(path.basename(file))),
    shown,
  );
  const clean = await driftline(scene, 'check');
  teller.expect('every import resolves now (exit 0)', clean.status === 0, clean);
}

async function deploy(scene: Scene, before: ReadonlyMap<string, string>): Promise<string> {
  teller.step('Plan, then deploy', 'What will be written, who watches, and what brings the old version back.');
  const plan = await driftline(scene, 'plan');
  teller.expect('the plan can be deployed (exit 0)', plan.status === 0, plan);
  const result = await driftline(scene, 'deploy', '--yes');
  teller.expect('deployed (exit 0)', result.status === 0, result);
  teller.expect('version 2 answers', (await scene.version()) === '2', await scene.version());
  const routes = ['/chat', '/usage', '/campaigns', '/analytics', '/admin/roles', '/calls'];
  const answers = await Promise.all(routes.map(async (route) => (await scene.get(route)).status));
  teller.expect(
    'the new features and the calls answer',
    answers.every((status) => status === 200),
    answers,
  );
  const after = await scene.production();
  const kept = Object.entries(PRODUCTION_ONLY).every(([file, text]) => after.get(file) === text);
  teller.expect(
    'what only production had is still there, unchanged',
    kept && [...before.keys()].every((file) => after.has(file)),
  );
  const backups = readdirSync(path.join(scene.root, '.driftline/releases'));
  teller.expect('its release is kept on the host', backups.length === 1, backups);
  return backups[0] ?? '';
}

async function badDeploy(scene: Scene): Promise<void> {
  teller.step(
    'A bad release',
    'Version 3 parses, every import resolves, it starts, and PM2 says "online". Each call crashes.',
  );
  await badRelease(scene.repository);
  teller.command('git diff');
  teller.output(shell(scene, 'git', 'diff', '--unified=0', '--format=').split('\n').slice(4).join('\n'));
  nodeCheck(scene);
  const requests = watchRequests(scene);
  const result = await driftline(scene, 'deploy', '--yes');
  const seen = await requests.stop();
  teller.expect('the deploy failed and was rolled back (exit 4)', result.status === 4, result);
  teller.expect('meanwhile PM2 called it "online"', seen.calledWhileWrong.has('online'), [...seen.calledWhileWrong]);
  teller.expect('the report says what the probe saw', /calls.*500/.test(all(result)), result);
  teller.expect("and has the application's last lines", all(result).includes('TypeError'), result);
  const version = await scene.version();
  teller.expect(
    `version 2 answers again, ${(seen.wrongMs / 1000).toFixed(1)} s after the first wrong answer`,
    version === '2',
    version,
  );
  teller.expect('and so do its calls', (await scene.get('/calls')).status === 200);
  await takeBack(scene.repository);
}

async function rollback(scene: Scene, release: string, before: ReadonlyMap<string, string>): Promise<void> {
  teller.step('Releases, and back', 'To any kept release. A rollback is itself a release, and can be undone.');
  const releases = await driftline(scene, 'releases');
  teller.expect('both releases are listed (exit 0)', releases.status === 0, releases);
  const back = await driftline(scene, 'rollback', '--yes');
  teller.expect('rolled back (exit 0)', back.status === 0, back);
  teller.expect('version 1 answers', (await scene.version()) === '1', await scene.version());
  teller.expect('production is what it was at the beginning', same([...(await scene.production())], [...before]));
  const again = await driftline(scene, 'rollback', release, '--yes');
  teller.expect('and forward again, to the first release (exit 0)', again.status === 0, again);
  teller.expect('version 2 answers', (await scene.version()) === '2', await scene.version());
  const listed = releasesJson((await quietly(scene, 'releases', '--format', 'json')).stdout);
  teller.expect('four releases are in the books', listed.length === 4, listed);
}

/** What passed before both accidents. */
function nodeCheck(scene: Scene): void {
  teller.command('find api/src -name "*.js" -exec node --check {} +');
  const files = readdirSync(path.join(scene.repository, 'api/src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => path.join(scene.repository, 'api/src', file));
  const bad = files.filter((file) => spawnSync(process.execPath, ['--check', file]).status !== 0);
  teller.expect(`node --check passes on all ${files.length} files`, bad.length === 0 && files.length > 0, bad);
}

async function driftline(scene: Scene, ...words: string[]): Promise<CliResult> {
  teller.command(`driftline ${words.join(' ')}`);
  const result = await scene.driftline(words);
  teller.output(result.stdout);
  // Progress goes to standard error; of that, what a failed command says is part of what a person reads.
  if (result.status !== 0) teller.output(result.stderr);
  return result;
}

function quietly(scene: Scene, ...words: string[]): Promise<CliResult> {
  return scene.driftline(words);
}

function shell(scene: Scene, program: string, ...words: string[]): string {
  const done = spawnSync(program, words, { cwd: scene.repository, encoding: 'utf8', env: scene.home.environment() });
  return done.stdout + done.stderr;
}

function all(result: CliResult): string {
  return result.stdout + result.stderr;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
