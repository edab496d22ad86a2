// What the commands of the palette and the side bar say in each state in which production cannot be looked at: an unreachable host, a key
// with a passphrase, a host key that is not known yet, one that has changed, and no configuration or a broken one.
import assert from 'node:assert/strict';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startScene } from '../story/scene.ts';
import { configOf } from '../story/voice-api.ts';
import { newKey } from '../support/sshd.ts';
import { playSteps } from './steps.mjs';

/** Every command that needs production, by its title in the palette. */
const CONNECTING = [
  'Driftline: Refresh',
  'Driftline: Pull from Production',
  'Driftline: Pull All Missing Files',
  'Driftline: Compare with Production',
  'Driftline: Deploy…',
  'Driftline: Rollback…',
  'Driftline: Show Plan',
  'Driftline: Accept Host Key',
];
const PASSPHRASE = 'correct horse';

/** Each of them says the same, as an error, and nothing else. */
async function allSay(person, words) {
  for (const title of CONNECTING) {
    await person.closeToasts();
    await person.run(title);
    assert.match(await person.told(words), words, title);
  }
  await person.closeToasts();
}

/** @type {[string, (person: import('./steps.mjs').AtTheWindow, scene: import('../story/scene.ts').Scene) => Promise<void>][]} */
const STEPS = [
  [
    'without a configuration each command says how to get one',
    async (person, scene) => {
      await rename(config(scene), `${config(scene)}.away`);
      await person.openDriftline();
      await person.welcome('has no driftline.json yet');
      await person.openFile('api/src/index.js');
      await allSay(person, /has no driftline\.json yet.*Set Up This Workspace/s);
      await person.closeToasts();
      await person.run('Driftline: Choose Target');
      await person.told('There is no target to choose');
      await person.picture('state-no-config');
      await person.closeToasts();
      await person.run('Driftline: Open Config');
      await person.quickInput('Where does production run?');
      await person.page.keyboard.press('Escape');
    },
  ],
  [
    'with a broken one each command names its line',
    async (person, scene) => {
      await writeFile(config(scene), '{ "targets": { "production": { "host": "local" } } }\n');
      await person.welcome('driftline.json cannot be used as it is');
      await allSay(person, /driftline\.json:1: .*"root"/s);
      await person.picture('state-bad-config');
    },
  ],
  [
    'an unreachable host is named in the side bar and by each command',
    async (person, scene) => {
      await configure(scene, { host: 'nowhere.invalid' });
      await person.clickWelcome('Connect to Production');
      await person.question('Connect to nowhere.invalid');
      await person.answer('Connect');
      await person.told(/nowhere\.invalid cannot be reached: there is no host of that name/);
      await person.viewMessage('nowhere.invalid cannot be reached');
      await person.waitForRow('Try Again');
      await person.picture('state-unreachable');
      await allSay(person, /nowhere\.invalid cannot be reached.*Check "host"/s);
    },
  ],
  [
    'a key with a passphrase asks for it, and a no is told as that',
    async (person, scene) => {
      await configure(scene, { host: 'locked' });
      await person.clickWelcome('Connect to Production');
      await person.question('Connect to locked');
      await person.answer('Connect');
      await person.question('host key');
      await person.answer('Cancel');
      await person.welcome("The host's key has not been accepted");
      await person.picture('state-host-key');
      await person.clickWelcome('Accept Host Key');
      assert.ok((await person.question('host key')).includes(scene.sshd.hostKeyFingerprint()));
      await person.answer('Accept Host Key');
      await person.quickInput('locked-key');
      await person.picture('state-passphrase');
      await person.page.keyboard.press('Escape');
      await person.viewMessage('locked-key');
      await person.waitForRow('Try Again');
      await person.picture('state-passphrase-refused');
      await person.closeToasts();
      await person.run('Driftline: Refresh');
      await person.quickInput('locked-key');
      await person.page.keyboard.type(PASSPHRASE);
      await person.page.keyboard.press('Enter');
      await person.waitForRow('freeswitch.js');
      await person.closeToasts();
      await person.run('Driftline: Accept Host Key');
      assert.match(await person.told('is accepted'), /The host key of .* is accepted/);
    },
  ],
  [
    'a line that was lost while nobody used it is made again, and nobody is told',
    async (person, scene) => {
      await person.closeToasts();
      scene.sshd.dropSessions();
      await person.run('Driftline: Compare with Production');
      await person.quickInput('locked-key');
      await person.page.keyboard.type(PASSPHRASE);
      await person.page.keyboard.press('Enter');
      await person.page.locator('.tab', { hasText: 'index.js (production' }).waitFor();
      await person.run('Driftline: Show Plan');
      await person.page.locator('.tab.active', { hasText: 'Deploy to production' }).waitFor();
      assert.match(await person.editorText(), /# Deploy to production/);
      await person.page.keyboard.press('Control+K');
      await person.page.keyboard.press('W');
      await person.openFile('api/src/index.js');
    },
  ],
  [
    'a host key that has changed is refused by each command, and what was seen stays to be seen',
    async (person, scene) => {
      await scene.sshd.restartWithNewHostKey();
      const accepted = scene.sshd.log().split('Accepted publickey').length;
      await allSay(person, /host key .*changed|changed .*host key/is);
      await person.viewMessage(/changed/);
      await person.waitForRow('freeswitch.js');
      await person.picture('state-changed-key');
      assert.equal(scene.sshd.log().split('Accepted publickey').length, accepted);
    },
  ],
];

function config(scene) {
  return path.join(scene.repository, 'driftline.json');
}

async function configure(scene, more) {
  await writeFile(config(scene), configOf({ ...scene.target, more }));
}

const scene = await startScene();
try {
  const key = path.join(scene.home.ssh, 'locked-key');
  await newKey(key, PASSPHRASE);
  await scene.sshd.letIn(key);
  const words = ['HostName 127.0.0.1', `Port ${scene.sshd.port}`, `IdentityFile ${key}`, 'IdentitiesOnly yes'];
  await appendFile(path.join(scene.home.ssh, 'config'), `Host locked\n  ${words.join('\n  ')}\n`);
  await playSteps({ folder: scene.repository, env: scene.home.environment() }, STEPS, scene);
} finally {
  await scene.stop();
}
