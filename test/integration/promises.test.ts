import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configure, releasesOnHost, startReadyScene } from '../story/ready.ts';
import { deployJson } from '../story/reports.ts';
import type { DeployJson } from '../story/reports.ts';
import { APP_SECRET, startScene } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import type { CliResult } from '../story/cli.ts';
import { badRelease, goodRelease } from '../story/voice-api.ts';
import { Reader } from '../story/reader.ts';
import { temporaryHome } from '../support/home.ts';

/** Each test attacks one promise of docs/PROMISES.md. */
let scene: Scene;
afterEach(() => scene.stop());

const live = (file: string): string => path.join(scene.root, file);
const local = (file: string): string => path.join(scene.repository, 'api', file);
const json = (...words: string[]): Promise<CliResult> => scene.driftline([...words, '--format', 'json']);
const deploy = (...words: string[]): Promise<CliResult> => json('deploy', '--yes', ...words);

async function refused(words: readonly string[]): Promise<DeployJson> {
  const before = await scene.production();
  const { status, stdout } = await json(...words, '--yes');
  expect(status).toBe(1);
  const result = deployJson(stdout);
  expect(result.outcome).toBe('refused');
  expect(await scene.production()).toEqual(before);
  return result;
}

const blocking = (result: DeployJson): string[] =>
  result.guards.filter((each) => each.blocks).map((each) => each.guard);

describe('2. a file is never seen half-written, and never absent', () => {
  it('whoever reads all the time finds the old or the new one', async () => {
    scene = await startReadyScene();
    const file = 'src/index.js';
    const versions = [readFileSync(live(file), 'utf8'), readFileSync(local(file), 'utf8')];
    const reader = new Reader(live(file));
    expect((await deploy()).status).toBe(0);
    const seen = await reader.stop();
    expect(seen).toEqual(versions);
  });
});

describe('3. what runs is what was reviewed', () => {
  it('a file that changes under the plan is not overwritten', async () => {
    scene = await startReadyScene();
    // The team's own guards run when the plan is made already: this one stands for a colleague with an editor on the server.
    await configure(scene, {
      guards: [{ name: 'colleague', command: 'echo "// mended" >> src/index.js', on: 'host' }],
    });
    const { status } = await deploy();
    expect([1, 4]).toContain(status);
    expect(readFileSync(live('src/index.js'), 'utf8')).toContain('// mended');
    expect(await scene.version()).toBe('1');
    expect(existsSync(live('src/routes/chat.js'))).toBe(false);
  });

  it('a file that the verdicts rest on and that is gone stops it', async () => {
    scene = await startReadyScene();
    await configure(scene, {
      guards: [{ name: 'colleague', command: 'mv src/lib/numbers.js src/lib/old.js', on: 'host' }],
    });
    const { status } = await deploy();
    expect([1, 4]).toContain(status);
    expect(existsSync(live('src/routes/chat.js'))).toBe(false);
    expect(await scene.version()).toBe('1');
  });
});

describe('4. no write without a verified backup', () => {
  it('the backup is a copy of its own, and has the old bytes', async () => {
    scene = await startReadyScene();
    const old = readFileSync(live('src/index.js'), 'utf8');
    const release = deployJson((await deploy()).stdout).release ?? '';
    const folder = live(`.driftline/releases/${release}/old`);
    const texts = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(texts).toContain(old);
    writeFileSync(live('src/index.js'), 'changed in place');
    const later = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(later).toEqual(texts);
  });
});

describe('6. what could not be read is never taken for absent', () => {
  it('an unreadable file that code imports blocks the deploy', async () => {
    scene = await startReadyScene({ sshd: { powerless: true } });
    chmodSync(live('src/lib/numbers.js'), 0o000);
    const { status, stdout } = await deploy();
    chmodSync(live('src/lib/numbers.js'), 0o644);
    expect(status).toBe(1);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('refused');
    expect(
      result.guards
        .filter((each) => each.blocks)
        .map((each) => each.message)
        .join('\n'),
    ).toContain('lib/numbers');
    expect(existsSync(live('.driftline'))).toBe(false);
  });

  it('is refused, and not "nothing to do", where all that is asked for cannot be read', async () => {
    scene = await startReadyScene({ sshd: { powerless: true } });
    chmodSync(live('src/index.js'), 0o000);
    const { status, stdout } = await deploy('src/index.js');
    chmodSync(live('src/index.js'), 0o644);
    const result = deployJson(stdout);
    expect([status, result.outcome]).toEqual([1, 'refused']);
    expect(blocking(result)).toContain('unreadable');
  });

  it('leaves an import unjudged that leads to what cannot be read, and check says so', async () => {
    scene = await startReadyScene({ sshd: { powerless: true } });
    chmodSync(live('node_modules'), 0o000);
    const { stdout } = await json('check');
    chmodSync(live('node_modules'), 0o755);
    const { notJudged } = JSON.parse(stdout) as { notJudged: { path: string; reason: string }[] };
    expect(notJudged).toContainEqual({
      path: 'api/src/index.js',
      reason: 'where "express" leads on production is not known: permission denied',
    });
  });
});

describe('8. no secret in logs, plans or caches', () => {
  it("the app's environment stays on production", async () => {
    scene = await startReadyScene();
    const good = await deploy();
    await badRelease(scene.repository);
    const bad = await deploy();
    expect([good.status, bad.status]).toEqual([0, 4]);
    const printed = [good, bad, await json('plan'), await json('doctor'), await json('releases')];
    for (const { stdout, stderr } of printed) expect(stdout + stderr).not.toContain(APP_SECRET);
    for (const folder of [scene.home.folder, scene.repository, live('.driftline')])
      expect(filesWith(folder, APP_SECRET)).toEqual([]);
  });

  it('a private key is not pulled unless it is named', async () => {
    scene = await startReadyScene();
    mkdirSync(live('src/keys'));
    const key = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' });
    writeFileSync(live('src/keys/server.pem'), key);
    writeFileSync(live('src/keys/names.txt'), 'server\n');
    const { status } = await json('pull', 'src/keys/**', '--yes');
    expect(status).toBe(0);
    expect(existsSync(local('src/keys/names.txt'))).toBe(true);
    expect(existsSync(local('src/keys/server.pem'))).toBe(false);
  });
});

describe('9. a pull never loses local work and never leaves the workspace', () => {
  it('a file with changes that are in no commit is left alone', async () => {
    scene = await startReadyScene();
    const mine = `${readFileSync(local('src/lib/log.js'), 'utf8')}// mine\n`;
    writeFileSync(local('src/lib/log.js'), mine);
    await json('pull', 'src/lib/log.js', '--yes');
    expect(readFileSync(local('src/lib/log.js'), 'utf8')).toBe(mine);
  });

  it('a folder that leads out of the workspace is not followed', async () => {
    scene = await startScene();
    await scene.sshd.acceptHostKey();
    const outside = path.join(path.dirname(scene.repository), 'outside');
    mkdirSync(outside);
    symlinkSync(outside, local('src/db'));
    const { status } = await json('pull', 'src/db/redis.js', '--yes');
    expect(status).not.toBe(0);
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('11. a hotfix is never overwritten unseen', () => {
  it('blocks until it is accepted by name', async () => {
    scene = await startReadyScene();
    const hotfix = `${readFileSync(live('src/lib/log.js'), 'utf8')}// hotfix of Friday night\n`;
    writeFileSync(live('src/lib/log.js'), hotfix);
    const result = await refused(['deploy']);
    expect(blocking(result)).toEqual(['hotfix-overwritten']);
    const { status } = await deploy(
      '--accept',
      'hotfix-overwritten:src/lib/log.js',
      '--reason',
      'it is in the new version',
    );
    expect(status).toBe(0);
    expect(readFileSync(live('src/lib/log.js'), 'utf8')).not.toContain('hotfix');
  });
});

describe('what was released', () => {
  it('is our own also where we never heard how it ended', async () => {
    scene = await startReadyScene();
    appendFileSync(local('src/lib/log.js'), '// not committed\n');
    expect((await deploy()).status).toBe(0);
    rmSync(path.join(scene.home.folder, '.local/state/driftline/baselines'), { recursive: true });
    appendFileSync(local('src/lib/log.js'), '// another\n');
    expect((await deploy('src/lib/log.js')).status).toBe(0);
  });

  it('by a colleague is no hotfix where no commit ever has it, as what is built; a file that git knows still is', async () => {
    scene = await startReadyScene();
    appendFileSync(path.join(scene.repository, '.git/info/exclude'), 'api/src/built.js\n');
    writeFileSync(local('src/built.js'), 'module.exports = 1;\n');
    appendFileSync(local('src/lib/log.js'), '// not committed\n');
    expect((await deploy()).status).toBe(0);
    const [release = ''] = releasesOnHost(scene);
    const plan = live(`.driftline/releases/${release}/plan.json`);
    writeFileSync(plan, readFileSync(plan, 'utf8').replace(/"machine": "[^"]*"/, '"machine": "elsewhere"'));
    const colleague = await temporaryHome();
    cpSync(scene.home.ssh, colleague.ssh, { recursive: true });
    const theirs = async (...words: string[]): Promise<DeployJson> => {
      const options = { environment: colleague.environment() };
      return deployJson((await scene.driftline(['deploy', '--yes', '--format', 'json', ...words], options)).stdout);
    };
    writeFileSync(local('src/built.js'), 'module.exports = 2;\n');
    expect(await theirs('src/built.js')).toMatchObject({ outcome: 'deployed' });
    appendFileSync(local('src/lib/log.js'), '// another\n');
    const over = await theirs('src/lib/log.js');
    await colleague.remove();
    expect([over.outcome, blocking(over)]).toEqual(['refused', ['hotfix-overwritten']]);
  });
});

describe('12. a rollback does not clobber later live edits unseen', () => {
  it('stops where somebody has edited a file since', async () => {
    scene = await startReadyScene();
    expect((await deploy()).status).toBe(0);
    const edited = `${readFileSync(live('src/lib/log.js'), 'utf8')}// edited live\n`;
    writeFileSync(live('src/lib/log.js'), edited);
    const result = await refused(['rollback']);
    expect(
      result.guards
        .filter((each) => each.blocks)
        .map((each) => each.message)
        .join('\n'),
    ).toContain('src/lib/log.js');
    expect(readFileSync(live('src/lib/log.js'), 'utf8')).toBe(edited);
  });

  it('goes over several releases at once, and back', async () => {
    scene = await startReadyScene();
    const states = [await scene.production()];
    const first = deployJson((await deploy()).stdout).release ?? '';
    states.push(await scene.production());
    await goodRelease(scene.repository, '2.1');
    renameSync(local('src/routes/chat.js'), local('src/routes/talk.js'));
    writeFileSync(
      local('src/index.js'),
      readFileSync(local('src/index.js'), 'utf8').replace('./routes/chat', './routes/talk'),
    );
    expect((await deploy()).status).toBe(0);
    expect(await scene.version()).toBe('2.1');
    expect((await json('rollback', first, '--yes')).status).toBe(0);
    expect(await scene.production()).toEqual(states[1]);
    expect(await scene.version()).toBe('2');
  });
});

function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'latin1').includes(text));
}
