// The side bar's text for each state in which there is no drift to show, in a window whose folders nobody has trusted.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { layOutLocal } from './scene.mjs';
import { playSteps } from './steps.mjs';

/** @type {[string, (person: import('./steps.mjs').AtTheWindow, scene: Awaited<ReturnType<typeof layOutLocal>>) => Promise<void>][]} */
const STEPS = [
  [
    'nothing connects in an untrusted workspace, and the side bar says so',
    async (person) => {
      await person.openDriftline();
      await person.welcome('Nothing connects to production while this workspace is not trusted');
      await person.openFile('api/src/index.js');
      await person.picture('welcome-untrusted');
      await person.waitForSquiggles(0);
    },
  ],
  [
    'a workspace without a driftline.json is offered one',
    async (person, scene) => {
      const bare = path.join(scene.top, 'bare');
      await mkdir(bare);
      await person.openFolder(bare);
      await person.openDriftline();
      await person.welcome('has no driftline.json yet');
      await person.picture('welcome-no-config');
    },
  ],
  [
    'a driftline.json that cannot be used is named, and its lines are',
    async (person, scene) => {
      const broken = path.join(scene.top, 'broken');
      await mkdir(broken);
      await writeFile(path.join(broken, 'driftline.json'), '{ "targets": { "production": { "host": "local" } } }\n');
      await person.openFolder(broken);
      await person.openDriftline();
      await person.welcome('driftline.json cannot be used as it is');
      await person.clickWelcome('Open Config');
      // VS Code itself says what the schema says, as a warning.
      await person.waitForSquiggles(1, 'warning');
      assert.match(await person.editorText(), /"targets"/);
      await person.picture('welcome-bad-config');
    },
  ],
];

const scene = await layOutLocal();
try {
  await playSteps({ folder: scene.workspace, env: scene.env, trusted: false }, STEPS, scene);
} finally {
  await scene.remove();
}
