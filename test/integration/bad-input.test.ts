import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configure, startReadyScene } from '../story/ready.ts';
import type { Scene, SceneOptions } from '../story/scene.ts';
import { HOST } from '../story/scene.ts';
import { bothSides } from '../story/untouched.ts';
import { AWKWARD_NAMES, BROKEN_NAME, LATIN1_NAME } from '../support/awkward.ts';
import { newKey } from '../support/sshd.ts';

/**
 * What people give Driftline that cannot work. Each ends with its exit code and a sentence that says what, where and what next; both sides
 * are afterwards what they were before, and the app answers as ever.
 */
let scene: Scene;

const live = (file: string): string => path.join(scene.root, file);
const local = (file: string): string => path.join(scene.repository, 'api', file);

/** One scene for tests that change nothing on it: that is what they are about. */
function begin(options: SceneOptions = {}): void {
  let commit: string;
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', scene.repository, ...words], { env: scene.home.environment(), encoding: 'utf8' });
  beforeAll(async () => {
    scene = await startReadyScene(options);
    commit = git('rev-parse', 'HEAD').trim();
  });
  afterEach(() => {
    git('reset', '--quiet', '--hard', commit);
    git('clean', '-fdq');
  });
  afterAll(() => scene.stop());
}

/** Puts something else in a path's place for this test. */
function swap(at: string, put: (at: string) => void): void {
  const kept = path.join(scene.home.folder, 'kept');
  renameSync(at, kept);
  onTestFinished(() => {
    rmSync(at, { recursive: true });
    renameSync(kept, at);
  });
  put(at);
}

/** Runs a verb that must fail, or say what it left out, without a trace on either side. */
async function untouched(command: string, status: number, said: readonly (string | RegExp)[]): Promise<string> {
  const before = bothSides(scene);
  const run = await scene.driftline(command.split(' '));
  const all = run.stdout + run.stderr;
  for (const words of said) expect(all).toMatch(words);
  expect([command, run.status]).toEqual([command, status]);
  expect(bothSides(scene)).toEqual(before);
  expect(await scene.version()).toBe('1');
  return all;
}

/** The verbs that a person begins with, on a host that cannot be looked at. */
const LOOKING = ['audit', 'check', 'pull --missing --yes', 'plan', 'deploy --yes'];

describe('a configuration', () => {
  begin();
  const config = (): string => path.join(scene.repository, 'driftline.json');

  it.each([...LOOKING, 'doctor', 'releases', 'rollback --yes'])('that is not there: %s', async (command) => {
    rmSync(config());
    await untouched(command, 2, [`There is no driftline.json in ${scene.repository}`, 'driftline init']);
  });

  it.each(LOOKING)('that is cut off: %s', async (command) => {
    writeFileSync(config(), readFileSync(config(), 'utf8').slice(0, 40));
    await untouched(command, 2, [/driftline\.json:4:\d+: This is not JSON/, 'Mend it here']);
  });

  it.each<[string, (text: string) => string, (string | RegExp)[]]>([
    ['has no targets', () => '{}', [/driftline\.json:1:1: .*has no "targets"/, 'Add "targets"']],
    ['misspells a key', (text) => text.replace('"root"', '"roof"'), [/driftline\.json:\d+:\d+: .*"roof"/, '"root"']],
    [
      'has a password in it',
      (text) => text.replace('"root"', '"password": "x", "root"'),
      [/:\d+:\d+: /, /~\/\.ssh|agent/],
    ],
    ['gives a number for a host', (text) => text.replace(`"${HOST}"`, '4'), [/driftline\.json:4:\d+: /, /host/]],
  ])('that %s', async (_, change, said) => {
    writeFileSync(config(), change(readFileSync(config(), 'utf8')));
    await untouched('deploy --yes', 2, said);
  });
});

describe('a host', () => {
  begin();

  it.each([...LOOKING, 'doctor'])('that nobody knows: %s', async (command) => {
    await configure(scene, { host: 'nowhere.invalid' });
    await untouched(command, 3, [/@nowhere\.invalid cannot be reached: there is no host of that name/, '"host"']);
  });

  it('that lets nobody in with this key', async () => {
    const key = path.join(scene.home.folder, 'another-key');
    await newKey(key);
    const words = ['HostName 127.0.0.1', `Port ${scene.sshd.port}`, `IdentityFile ${key}`, 'IdentitiesOnly yes'];
    appendFileSync(path.join(scene.home.ssh, 'config'), `Host stranger\n${words.join('\n')}\n`);
    for (const command of [...LOOKING, 'doctor']) {
      await configure(scene, { host: 'stranger' });
      await untouched(command, 3, [`did not let us in. Tried: ${key}`, /Check the user.*IdentityFile/]);
    }
  });

  it.each(['rollback r9 --yes', 'unlock r9 --holder ana@desk --reason gone'])(
    'that never had that release: %s',
    async (command) => {
      await untouched(command, 2, ['There is no release r9.', 'See: driftline releases']);
    },
  );

  it.each(LOOKING)('without that root: %s', async (command) => {
    await configure(scene, { root: '/srv/nowhere' });
    await untouched(command, 3, ['There is no folder /srv/nowhere on the host', 'Correct "root" in driftline.json']);
  });

  it('whose root is a file', async () => {
    await configure(scene, { root: live('package.json') });
    await untouched('deploy --yes', 3, [`The root ${live('package.json')} is not a folder`, 'Correct "root"']);
  });

  // Last: from here on nobody of this scene gets in.
  it('whose key has changed', async () => {
    await scene.sshd.restartWithNewHostKey();
    for (const command of [...LOOKING, 'doctor', `doctor --accept-host-key ${scene.sshd.hostKeyFingerprint()}`]) {
      const accepted = scene.sshd.log().split('Accepted publickey').length;
      await untouched(command, 3, [
        /host key .*changed|changed .*host key/i,
        scene.sshd.hostKeyFingerprint(),
        'ssh-keygen',
      ]);
      expect(scene.sshd.log().split('Accepted publickey')).toHaveLength(accepted);
    }
  });
});

describe('a root that this user cannot write', () => {
  begin({ sshd: { powerless: true } });

  it('is refused, and can be looked at', async () => {
    chmodSync(scene.root, 0o555);
    onTestFinished(() => chmodSync(scene.root, 0o755));
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `not-writable: The root ${scene.root} cannot be written`,
      /Deploy as its owner .*or let this user write there/,
      `state-folder: ${live('.driftline')} cannot hold a release`,
    ]);
    await untouched('audit', 0, ['To be deployed (22)']);
  });

  it('in one folder of it: refused with that folder named', async () => {
    // Nothing of the process manager: this user may not look at the one that runs here.
    await configure(scene, { process: { restart: 'true' } });
    chmodSync(live('src/lib'), 0o555);
    onTestFinished(() => chmodSync(live('src/lib'), 0o755));
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `not-writable: ${live('src/lib')} cannot be written by this user: permission denied`,
      /Deploy as its owner .*or let this user write there/,
    ]);
  });
});

describe('a path that is another kind of thing on the other side', () => {
  begin();
  const numbers = 'src/lib/numbers.js';
  const asFolder = (at: string): void => {
    mkdirSync(at);
    writeFileSync(path.join(at, 'index.js'), 'exports.format = String;\n');
  };

  it('a folder here, a file there', async () => {
    rmSync(local(numbers));
    asFolder(local(numbers));
    const what = `${numbers} is a folder here, a file on production.`;
    await untouched('audit', 0, [/src\/lib\/numbers\.js +a folder here, a file on production/]);
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `type-changed: ${what}`,
      'Rename one of the two, or exclude it.',
    ]);
    await untouched(`pull ${numbers} --yes`, 1, [
      'Nothing was pulled',
      /numbers\.js +it is a folder here, a file on production/,
    ]);
    await untouched('pull --missing --yes', 1, ['Nothing was pulled', /it is a folder here, a file on production/]);
  });

  it('an empty folder here, of which nobody knows, and a file there', async () => {
    rmSync(local(numbers));
    mkdirSync(local(numbers));
    await untouched(`pull ${numbers} --yes`, 1, [
      `${numbers} is a folder here, but a file on production.`,
      'Rename or remove it here',
    ]);
  });

  it('a file here, a folder there', async () => {
    swap(live(numbers), asFolder);
    const what = `${numbers} is a file here, a folder on production.`;
    await untouched('audit', 0, [/src\/lib\/numbers\.js +a file here, a folder on production/]);
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `type-changed: ${what}`,
      'Rename one of the two, or exclude it.',
    ]);
    await untouched(`pull ${numbers} --yes`, 1, [
      'Nothing was pulled',
      /numbers\.js +it is a file here, a folder on production/,
    ]);
    await untouched(`pull ${numbers}/index.js --yes`, 1, [
      `${numbers} is a file here, but a folder on production.`,
      'Rename or remove it here',
    ]);
  });

  it('a file here, a link out of the root there', async () => {
    const outside = path.join(scene.home.folder, 'outside.js');
    writeFileSync(outside, 'outside');
    swap(live(numbers), (at) => symlinkSync(outside, at));
    appendFileSync(local(numbers), '// newer\n');
    const what = `a file here, a link to ${outside} on production`;
    await untouched('deploy --yes', 1, ['nothing was written', `type-changed: ${numbers} is ${what}.`]);
    await untouched(`pull ${numbers} --yes`, 1, ['Nothing was pulled', `it is ${what}`]);
    expect(readFileSync(outside, 'utf8')).toBe('outside');
  });

  it('a folder here, a link to a folder outside of the root there', async () => {
    const outside = path.join(scene.home.folder, 'outside-lib');
    mkdirSync(outside);
    writeFileSync(path.join(outside, 'log.js'), 'outside');
    swap(live('src/lib'), (at) => symlinkSync(outside, at));
    const what = `a folder here, a link to ${outside} on production`;
    const said = await untouched('deploy --yes', 1, ['nothing was written', `type-changed: src/lib is ${what}.`]);
    expect(said.split('type-changed')).toHaveLength(2);
    await untouched('pull src/lib/** --yes', 1, ['Nothing was pulled', `it is ${what}`]);
    expect(readFileSync(path.join(outside, 'log.js'), 'utf8')).toBe('outside');
  });

  it('a link out of the workspace here, a file there', async () => {
    const outside = path.join(scene.home.folder, 'mine.js');
    writeFileSync(outside, 'mine');
    rmSync(local(numbers));
    symlinkSync(outside, local(numbers));
    const what = `a link to ${outside} here, a file on production`;
    await untouched('deploy --yes', 1, ['nothing was written', `type-changed: ${numbers} is ${what}.`]);
    await untouched(`pull ${numbers} --yes`, 1, ['Nothing was pulled', `it is ${what}`]);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
  });

  it('a link to a folder out of the workspace here, a folder there', async () => {
    const outside = path.join(scene.home.folder, 'my-lib');
    renameSync(local('src/lib'), outside);
    symlinkSync(outside, local('src/lib'));
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `src/lib is a link to ${outside} here, a folder on production.`,
    ]);
    await untouched('pull src/lib/log.js --yes', 1, [
      'src/lib is a symbolic link here, but a folder on production.',
      'Rename or remove it here',
    ]);
  });
});

describe('a module', () => {
  begin();

  it('with a syntax error here is not deployed', async () => {
    writeFileSync(local('src/lib/numbers.js'), "'use strict';\nfunction (\n");
    const what = 'api/src/lib/numbers.js is no JavaScript that Node could run: Unexpected token';
    await untouched('check', 1, [/2:10 +error +syntax-error/, what, 'Mend it']);
    await untouched('deploy --yes', 1, ['nothing was written', 'syntax-error: ', what, 'Mend it']);
  });

  it('with a syntax error on production is named, and stands in nobody’s way', async () => {
    const broken = "'use strict';\nfunction (\nrequire('../gone');\n";
    swap(live('src/scripts/nightly-report.js'), (at) => writeFileSync(at, broken));
    await untouched('check', 0, ['Every import']);
    await untouched('plan', 0, ['22 files written']);
    expect((await scene.driftline(['pull', 'src/scripts/nightly-report.js', '--yes'])).status).toBe(0);
    expect(readFileSync(local('src/scripts/nightly-report.js'), 'utf8')).toBe(broken);
  });

  it('of 50 MB is not taken for read', async () => {
    const row = "  { name: 'generated', like: './nothing' },\n";
    writeFileSync(local('src/generated.js'), `module.exports = [\n${row.repeat((50 * 1024 * 1024) / row.length)}];\n`);
    const what = 'larger than 8 MB, so its imports are not judged';
    await untouched('audit', 0, [/src\/generated\.js +new/]);
    await untouched('check', 0, [`api/src/generated.js  ${what}`]);
    await untouched('deploy --yes', 1, [
      'nothing was written',
      `not-judged: api/src/generated.js could not be read as a module: ${what}.`,
      /accept it by name/,
      '--accept not-judged:api/src/generated.js',
    ]);
  });

  it('of 50 MB on production is pulled whole, and one that is too large is not', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'a line of a generated file\n');
    onTestFinished(() => rmSync(live('src/generated'), { recursive: true }));
    mkdirSync(live('src/generated'));
    writeFileSync(live('src/generated/large.txt'), Buffer.concat(Array<Buffer>(50).fill(megabyte)));
    writeFileSync(live('src/generated/huge.txt'), Buffer.concat(Array<Buffer>(65).fill(megabyte)));
    await untouched('pull src/generated/huge.txt --yes', 1, ['Nothing was pulled', /huge\.txt +it is larger than/]);
    expect((await scene.driftline(['pull', 'src/generated/large.txt', '--yes'])).status).toBe(0);
    expect(readFileSync(local('src/generated/large.txt')).equals(readFileSync(live('src/generated/large.txt')))).toBe(
      true,
    );
  });
});

describe('a name', () => {
  begin();
  const names = [...AWKWARD_NAMES, BROKEN_NAME];

  /** Every awkward name as a folder with a file of that name, and one that is no UTF-8. */
  const layOut = (folder: string): void => {
    mkdirSync(folder);
    for (const name of names) {
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, name), `in ${name}`);
    }
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), LATIN1_NAME]), 'latin1');
  };

  it.each([' leading', '-x', '--yes', '$(id)', "it's", 'a\\b'])(
    'that is nowhere (%j) is told as it is, and nothing else is taken for it',
    async (name) => {
      const before = bothSides(scene);
      const { status, stderr } = await scene.driftline(['pull', '--yes', '--', `src/${name}`]);
      expect(stderr).toContain(`Production has no managed file that matches src/${name}.`);
      expect(status).toBe(2);
      expect(bothSides(scene)).toEqual(before);
    },
  );

  it('of production is pulled whatever it is, alone and by a glob; what is no UTF-8 is named', async () => {
    onTestFinished(() => rmSync(live('src/names'), { recursive: true }));
    layOut(live('src/names'));
    await untouched('audit --all', 0, [
      String.raw`src/names/caf\xe9  its name is not UTF-8`,
      String.raw`line\nbreak/line\nbreak`,
    ]);
    for (const name of ['-rf', '--', '*', BROKEN_NAME]) {
      const alone = await scene.driftline(['pull', '--yes', '--', `src/names/${name}/${name}`]);
      expect([name, alone.status]).toEqual([name, 0]);
      expect(readdirSync(local('src/names'))).toEqual([name]);
      rmSync(local('src/names'), { recursive: true });
    }
    expect((await scene.driftline(['pull', 'src/names/**', '--yes', '--commit'])).status).toBe(0);
    for (const name of names) expect(readFileSync(local(`src/names/${name}/${name}`), 'utf8')).toBe(`in ${name}`);
    expect(readdirSync(local('src/names')).sort()).toEqual([...names].sort());
  });

  it('of the workspace is deployed and rolled back whatever it is; what is no UTF-8 stays here, and that is said', async () => {
    const before = await scene.production();
    layOut(local('src/names'));
    const deployed = await scene.driftline(['deploy', '--yes']);
    expect(deployed.stderr).toContain(String.raw`api/src/names/caf\xe9`);
    expect(deployed.stderr).toContain('is not UTF-8');
    expect(deployed.status).toBe(0);
    for (const name of names) expect(readFileSync(live(`src/names/${name}/${name}`), 'utf8')).toBe(`in ${name}`);
    expect(readdirSync(live('src/names')).sort()).toEqual([...names].sort());
    expect((await scene.driftline(['rollback', '--yes'])).status).toBe(0);
    expect(await scene.production()).toEqual(before);
    expect(await scene.version()).toBe('1');
  });
});
