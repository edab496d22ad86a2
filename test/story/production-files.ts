/** The team's version of the API that production runs: what was committed before the new features. */
export const VERSION_ONE: Readonly<Record<string, string>> = {
  'index.js': `'use strict';
const express = require('express');
const connection = require('./db/connection');
const redis = require('./db/redis');
const log = require('./lib/log');
const numbers = require('./lib/numbers');
const health = require('./routes/health');

const version = '1';
const app = express();
app.use(log.requests);
app.use('/health', health.router);

app.get('/calls', (request, response) => {
  const freeswitch = require('./services/freeswitch');
  const calls = freeswitch.channels().map((channel) => ({ ...channel, to: numbers.format(channel.to) }));
  response.json({ version, calls });
});

app.get('/version', (request, response) => {
  const parts = { connection, redis, log, numbers, health };
  const versions = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.version]));
  response.json({ version, parts: versions });
});

app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(\`voice api \${version} listens\`));
module.exports = { version };
`,
  'lib/log.js': `'use strict';
const version = '1';

/** Counts requests: a phone system has too many of them to log each. */
let seen = 0;
function requests(request, response, next) {
  seen += 1;
  next();
}

module.exports = { version, requests, seen: () => seen };
`,
  'lib/numbers.js': `'use strict';
const version = '1';

/** 4930123456 becomes +49 30 123456. */
function format(number) {
  return number.replace(/^(\\d{2})(\\d{2})(\\d+)$/, '+$1 $2 $3');
}

module.exports = { version, format };
`,
  'routes/health.js': `'use strict';
const { Router } = require('express');

const version = '1';
const router = Router();
router.get('/', (request, response) => response.type('text').send('ok'));

module.exports = { version, router };
`,
};

/** The three files that were added on the server by hand, and that code needs. */
export const HAND_MADE = ['src/db/connection.js', 'src/db/redis.js', 'src/services/freeswitch.js'] as const;

/** What those import in turn. Nobody ever committed these either. */
export const CLOSURE = ['src/db/settings.js', 'src/services/esl/client.js', 'src/services/esl/codec.js'] as const;

/** Also there only, and imported by nothing: a deploy has to leave them alone. */
export const LEFT_ALONE = ['src/scripts/nightly-report.js', 'src/data/hold-music.txt'] as const;

/** Everything that only production has, by its path below the root. */
export const PRODUCTION_ONLY: Readonly<
  Record<(typeof HAND_MADE)[number] | (typeof CLOSURE)[number] | (typeof LEFT_ALONE)[number], string>
> = {
  'src/db/connection.js': `'use strict';
const settings = require('./settings');

const version = 'hand-made';
const rows = new Map();

/** A stand-in for the pool: the story needs no database. */
function query(text) {
  return rows.get(text) ?? { text, database: settings.database, rows: [] };
}

module.exports = { version, query };
`,
  'src/db/settings.js': `'use strict';
module.exports = { database: 'voice', poolSize: 8 };
`,
  'src/db/redis.js': `'use strict';
const version = 'hand-made';
const values = new Map();

module.exports = { version, get: (key) => values.get(key), set: (key, value) => values.set(key, value) };
`,
  'src/services/freeswitch.js': `'use strict';
const { connect } = require('./esl/client');

const version = 'hand-made';
const client = connect();

/** The calls that the switch has now. */
function channels() {
  return client.ask('show channels');
}

module.exports = { version, channels };
`,
  'src/services/esl/client.js': `'use strict';
const codec = require('./codec.js');

function connect() {
  return { ask: (command) => codec.decode(codec.encode(command)) };
}

module.exports = { connect };
`,
  'src/services/esl/codec.js': `'use strict';
const CHANNELS = [
  { id: 'a1', from: '4930111111', to: '4940222222' },
  { id: 'b2', from: '4930333333', to: '4989444444' },
];

module.exports = { encode: (command) => \`api \${command}\`, decode: (frame) => (frame === 'api show channels' ? CHANNELS : []) };
`,
  'src/scripts/nightly-report.js': `'use strict';
// Started by cron at three in the morning.
console.log(new Date().toISOString(), 'calls of the day: 0');
`,
  'src/data/hold-music.txt': 'Please hold the line.\n',
};

/** The same on both sides, so that nothing is said about it. */
export const MANIFEST = `{
  "name": "voice-api",
  "version": "1.0.0",
  "private": true,
  "main": "src/index.js",
  "dependencies": {
    "express": "^4.21.0"
  }
}
`;
