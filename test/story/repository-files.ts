/** The features that the repository has and production has not yet: four with a service each, and twelve admin routes. */
export const FEATURES = ['chat', 'usage', 'campaigns', 'analytics'] as const;
export const ADMIN_ROUTES = [
  'agents',
  'audit-log',
  'billing',
  'hours',
  'numbers',
  'queues',
  'recordings',
  'reports',
  'roles',
  'settings',
  'trunks',
  'webhooks',
] as const;

/** One feature: its route, and its service, which uses what production's hand-made files offer. */
export function featureFiles(feature: (typeof FEATURES)[number]): Record<string, string> {
  return {
    [`routes/${feature}.js`]: `'use strict';
const { Router } = require('express');
const ${feature} = require('../services/${feature}');

const version = '2';
const router = Router();
router.get('/', (request, response) => response.json({ version, ${feature}: ${feature}.list() }));

module.exports = { version, router };
`,
    [`services/${feature}.js`]: `'use strict';
${SERVICES[feature]}
module.exports = { version: '2', list };
`,
  };
}

const SERVICES: Readonly<Record<(typeof FEATURES)[number], string>> = {
  chat: `const history = new Map([['lobby', ['Welcome.']]]);

function list() {
  return [...history].map(([room, messages]) => ({ room, messages: messages.length }));
}
`,
  usage: `const { seen } = require('../lib/log');

function list() {
  return [{ requests: seen() }];
}
`,
  campaigns: `const numbers = require('../lib/numbers');

const CAMPAIGNS = [{ name: 'spring', callers: ['4930555555'] }];

function list() {
  return CAMPAIGNS.map(({ name, callers }) => ({ name, callers: callers.map(numbers.format) }));
}
`,
  analytics: `const usage = require('./usage');

function list() {
  return usage.list().map(({ requests }) => ({ requests, perCall: requests / 2 }));
}
`,
};

export function adminFile(name: (typeof ADMIN_ROUTES)[number]): Record<string, string> {
  return {
    [`routes/admin/${name}.js`]: `'use strict';
const { Router } = require('express');

const version = '2';
const router = Router();
router.get('/', (request, response) => response.json({ version, admin: '${name}' }));

module.exports = { version, router };
`,
  };
}

/** Registers every feature, and still imports the three files that the repository never had. */
export const INDEX_TWO = `'use strict';
const express = require('express');
const connection = require('./db/connection');
const redis = require('./db/redis');
const log = require('./lib/log');
const numbers = require('./lib/numbers');
const health = require('./routes/health');
${FEATURES.map((name) => `const ${name} = require('./routes/${name}');`).join('\n')}
${ADMIN_ROUTES.map((name) => `const ${variable(name)} = require('./routes/admin/${name}');`).join('\n')}

const version = '2';
const app = express();
app.use(log.requests);
app.use('/health', health.router);
${FEATURES.map((name) => `app.use('/${name}', ${name}.router);`).join('\n')}
${ADMIN_ROUTES.map((name) => `app.use('/admin/${name}', ${variable(name)}.router);`).join('\n')}

app.get('/calls', (request, response) => {
  const freeswitch = require('./services/freeswitch');
  const calls = freeswitch.channels().map((channel) => ({ ...channel, to: numbers.format(channel.to) }));
  response.json({ version, calls, waiting: redis.get('waiting') ?? 0 });
});

app.get('/version', (request, response) => {
  const parts = { connection, redis, log, numbers, health, ${FEATURES.join(', ')} };
  const versions = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.version]));
  response.json({ version, parts: versions });
});

app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(\`voice api \${version} listens\`));
module.exports = { version };
`;

/** A file that both sides have and that the new features changed. */
export const LOG_TWO = `'use strict';
const version = '2';

/** Counts requests and the slow ones among them. */
let seen = 0;
let slow = 0;
function requests(request, response, next) {
  seen += 1;
  const begin = process.hrtime.bigint();
  response.on('finish', () => {
    if (process.hrtime.bigint() - begin > 250000000n) slow += 1;
  });
  next();
}

module.exports = { version, requests, seen: () => seen, slow: () => slow };
`;

function variable(name: string): string {
  return `admin${name.replace(/(^|-)(\w)/g, (whole, dash, letter: string) => letter.toUpperCase())}`;
}
