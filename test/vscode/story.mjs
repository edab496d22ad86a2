// Step 9 of the story in a real VS Code, by its mouse and keyboard, run with tsx: a server behind a real sshd on which PM2 runs the API, and a person
// with a repository. Leaves a picture of each step.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startScene } from '../story/scene.ts';
import { badRelease, CLOSURE, HAND_MADE } from '../story/voice-api.ts';
import { playSteps } from './steps.mjs';

/** High enough for the whole of the story's longest file. */
const VIEWPORT = { width: 1400, height: 1250 };

/** @type {[string, (person: import('./steps.mjs').AtTheWindow, scene: import('../story/scene.ts').Scene) => Promise<void>][]} */
const STEPS = [
  [
    'nothing connects before the person has chosen to',
    async (person, scene) => {
      await person.openDriftline();
      await person.welcome('Looking writes nothing on the host');
      await person.openFile('api/src/index.js');
      await person.picture('1-not-connected');
      assert.equal(scene.sshd.log().includes('Connection from'), false);
      await person.waitForSquiggles(0);
    },
  ],
  [
    'the person is asked to connect, and to compare the host key',
    async (person, scene) => {
      await person.clickWelcome('Connect to Production');
      assert.match(await person.question('Connect to'), new RegExp(scene.root));
      await person.picture('2-consent');
      await person.answer('Connect');
      assert.ok((await person.question('host key')).includes(scene.sshd.hostKeyFingerprint()));
      await person.picture('3-host-key');
      assert.equal(scene.sshd.log().includes('Accepted publickey'), false);
      await person.answer('Accept Host Key');
    },
  ],
  [
    'three imports are underlined, and the side bar shows what only production has first',
    async (person) => {
      await person.waitForSquiggles(3);
      await person.waitForRow('freeswitch.js');
      const rows = await person.rows();
      assert.match(rows[0] ?? '', /^Needed, only on production/);
      const needed = rows.slice(1, 1 + HAND_MADE.length + CLOSURE.length);
      const expected = [...HAND_MADE, ...CLOSURE].map((file) => `Needed, only on production: ${file}`);
      assert.deepEqual(
        needed.map((row) => row.split(',').slice(0, 2).join(',')),
        expected,
      );
      await person.picture('4-drift');
    },
  ],
  [
    'the quick fix pulls a file with what it needs, and its squiggle goes',
    async (person, scene) => {
      await person.page.locator('.view-line', { hasText: './db/connection' }).first().click();
      await person.page.keyboard.press('Control+.');
      const fix = person.page.locator('.action-widget .monaco-list-row', { hasText: 'Pull src/db/connection.js' });
      await fix.waitFor();
      await person.picture('5-quick-fix');
      await fix.click();
      assert.match(await person.question('from production?'), /src\/db\/connection\.js/);
      await person.picture('6-pull');
      await person.answer('Pull');
      await person.waitForSquiggles(2);
      assert.ok(existsSync(path.join(scene.repository, 'api/src/db/connection.js')));
      await person.picture('7-pulled');
    },
  ],
  [
    'a deploy is refused while code needs what only production has',
    async (person, scene) => {
      await person.closeToasts();
      await person.run('Driftline: Deploy…');
      assert.match(await person.toast('is refused'), /nothing was written/);
      await person.picture('8-refused');
      assert.equal(existsSync(path.join(scene.root, '.driftline')), false);
      assert.equal(await scene.version(), '1');
    },
  ],
  [
    'all that is missing is pulled, and no squiggle is left',
    async (person) => {
      await person.closeToasts();
      await person.run('Driftline: Pull All Missing Files');
      await person.question('from production?');
      await person.answer('Pull');
      await person.openFile('api/src/index.js');
      await person.waitForSquiggles(0);
      await person.waitForNoRow('Needed, only on production');
      await person.picture('9-all-pulled');
    },
  ],
  [
    'the deploy shows its plan, asks once, and tells how it ended',
    async (person, scene) => {
      await person.closeToasts();
      await person.run('Driftline: Deploy…');
      await person.question('Deploy');
      assert.match(await person.editorText(), /# Deploy to production/);
      await person.picture('10-plan');
      assert.equal(await scene.version(), '1');
      await person.answer('Deploy');
      await person.toast('Deploying to production');
      await person.picture('11-deploying');
      await person.toast(/deployed/i, 60_000);
      await person.picture('12-deployed');
      assert.equal(await scene.version(), '2');
      for (const file of HAND_MADE) assert.ok(existsSync(path.join(scene.root, file)));
      await person.waitForNoRow('To be deployed');
    },
  ],
  [
    'a release that crashes on requests is undone, and the report says what was seen',
    async (person, scene) => {
      await badRelease(scene.repository);
      await person.closeToasts();
      await person.run('Driftline: Deploy…');
      await person.question('Deploy to production?');
      await person.answer('Deploy');
      await person.toast(/Rolled back: the old version answers again/, 60_000);
      const report = await person.editorText();
      assert.match(report, /# Rolled back/);
      assert.match(report, /calls: 500/);
      assert.match(report, /TypeError/);
      await person.picture('13-rolled-back');
      assert.equal(await scene.version(), '2');
      assert.equal((await scene.get('/calls')).status, 200);
    },
  ],
  [
    'the last release is undone from the list of releases',
    async (person, scene) => {
      await person.closeToasts();
      await person.run('Driftline: Rollback…');
      const undo = person.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Undo the last release' });
      await undo.waitFor();
      await person.picture('14-releases');
      await undo.click();
      await person.question('Roll back production?');
      await person.picture('15-roll-back');
      await person.answer('Roll Back');
      await person.toast(/Went back/, 60_000);
      assert.equal(await scene.version(), '1');
    },
  ],
];

const scene = await startScene();
try {
  const env = scene.home.environment();
  await playSteps({ folder: scene.repository, env, viewport: VIEWPORT }, STEPS, scene);
} finally {
  await scene.stop();
}
