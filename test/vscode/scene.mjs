// A small production and its repository in temporary folders, with a home of their own: what the editor tests look at where the real
// host is not the point. Production has three files that the repository lacks; code needs them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PRODUCTION = {
  'package.json': '{ "name": "voice", "version": "1.0.0" }\n',
  'src/index.js': "const connection = require('./db/connection');\nmodule.exports = { connection };\n",
  'src/db/connection.js': "const redis = require('./redis');\nmodule.exports = { redis, connected: true };\n",
  'src/db/redis.js': 'module.exports = { ping: () => true };\n',
  'src/services/freeswitch.js': 'exports.call = (number) => number;\n',
  'src/services/forgotten.js': 'module.exports = 1;\n',
  'src/routes/health.js': 'module.exports = () => "ok";\n',
};

const REPOSITORY = {
  'api/package.json': '{ "name": "voice", "version": "1.1.0" }\n',
  'api/src/index.js': [
    "const connection = require('./db/connection');",
    "const chat = require('./routes/chat');",
    "const health = require('./routes/health');",
    '',
    'exports.call = (number) => {',
    "  const { call } = require('./services/freeswitch');",
    '  return call(number);',
    '};',
    'exports.parts = { connection, chat, health };',
    '',
  ].join('\n'),
  'api/src/routes/chat.js': "module.exports = require('../db/redis');\n",
  'api/src/routes/health.js': 'module.exports = () => "ok";\n',
};

/** Lays both out. `env` is for the extension host; `remove` takes everything away again. */
export async function layOutLocal() {
  const top = await mkdtemp(path.join(tmpdir(), 'driftline-scene-'));
  const root = path.join(top, 'production');
  const workspace = path.join(top, 'voice-api');
  const home = path.join(top, 'home');
  const config = {
    targets: {
      production: {
        host: 'local',
        root,
        map: { 'api/src': 'src' },
        health: {
          probes: [{ name: 'loads', command: 'node -e "require(\'./src/index.js\')"' }],
          within: '5s',
          stableFor: '0s',
        },
        process: { restart: 'true' },
      },
    },
  };
  await mkdir(home, { recursive: true });
  await write(root, PRODUCTION);
  await write(workspace, { ...REPOSITORY, 'driftline.json': `${JSON.stringify(config, null, 2)}\n` });
  return {
    top,
    root,
    workspace,
    env: {
      HOME: home,
      XDG_CACHE_HOME: path.join(home, '.cache'),
      XDG_STATE_HOME: path.join(home, '.local/state'),
      DRIFTLINE_TEST_ROOT: root,
    },
    remove: () => rm(top, { recursive: true, force: true, maxRetries: 5 }),
  };
}

async function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
