import { describe, expect, it } from 'vitest';
import type { Config } from '../../../server/config/config.ts';
import { parseConfig } from '../../../server/config/load.ts';

const FILE = '/repo/driftline.json';

/** One target whose lines are given: they begin at line 1, two spaces in, after `{ "targets": { "production": {`. */
function target(...lines: string[]): string {
  return `{ "targets": { "production": {\n${lines.map((line) => `  ${line}`).join(',\n')}\n} } }`;
}

const HOST = '"host": "voice"';
const ROOT = '"root": "/srv/voice"';

function good(text: string): Config {
  const result = parseConfig(text, FILE);
  if (Array.isArray(result)) throw new Error(JSON.stringify(result, null, 1));
  return result;
}

/** Each problem as `line:character sentence | remedy`, counted from zero. */
function wrong(text: string): string[] {
  const result = parseConfig(text, FILE);
  if (!Array.isArray(result)) throw new Error('The text was accepted.');
  return result.map((problem) => `${problem.line}:${problem.character} ${problem.message} | ${problem.remedy}`);
}

describe('parseConfig accepts', () => {
  it('the least there can be, and fills in the defaults', () => {
    const config = good(target(HOST, ROOT));
    expect(config.folder).toBe('/repo');
    expect(config.targets.get('production')).toEqual({
      name: 'production',
      host: 'voice',
      root: '/srv/voice',
      state: '/srv/voice/.driftline',
      keep: 6,
      protected: false,
      rules: { map: [{ local: '.', production: '.' }], include: [], exclude: [] },
      process: null,
      health: null,
      confirm: 'host',
      guards: [],
    });
  });

  it('everything, in normal form', () => {
    const config = good(
      target(
        HOST,
        '"root": "/srv//voice/"',
        '"port": 2222, "user": "deploy", "state": "/var/lib/voice/", "group": "www", "node": "/usr/bin/node"',
        '"keep": 3, "protected": true, "map": { "./api/src/": "src/", "api/public": "static" }',
        '"include": ["api/"], "exclude": ["!*.log"], "build": { "command": "make", "from": "api/ts", "to": "api/src" }',
        '"process": { "pm2": "voice", "namespace": "n" }',
        '"health": { "probes": [{ "url": "http://127.0.0.1:3000/health", "headers": { "Authorization": { "variable": "T" } }, "expect": { "text": "ok" } }, { "command": "true" }], "within": "1m", "outside": [{ "name": "door", "url": "https://voice.example/" }] }',
        '"confirm": "client"',
        '"guards": [{ "name": "migrations", "command": "./m.sh", "on": "client", "timeout": "2m" }]',
      ),
    );
    expect(config.targets.get('production')).toMatchObject({
      root: '/srv/voice',
      state: '/var/lib/voice',
      rules: {
        map: [
          { local: 'api/src', production: 'src' },
          { local: 'api/public', production: 'static' },
        ],
      },
      process: { kind: 'pm2', name: 'voice', namespace: 'n' },
      health: {
        withinMs: 60_000,
        stableForMs: 5000,
        probes: [
          {
            kind: 'http',
            name: '/health',
            method: 'GET',
            headers: { Authorization: { variable: 'T' } },
            expect: { status: 200, text: 'ok' },
          },
          { kind: 'command', name: 'true', command: 'true' },
        ],
        outside: [{ kind: 'http', name: 'door' }],
      },
      guards: [{ name: 'migrations', on: 'client', timeoutMs: 120_000 }],
    });
  });

  it('each kind of process', () => {
    const process = (text: string): unknown =>
      good(target(HOST, ROOT, `"process": ${text}`)).targets.get('production')?.process;
    expect(process('{ "systemd": "voice.service" }')).toEqual({ kind: 'systemd', unit: 'voice.service', user: false });
    expect(process('{ "systemd": "voice", "user": true }')).toEqual({ kind: 'systemd', unit: 'voice', user: true });
    expect(process('{ "restart": "./r", "status": "./s" }')).toEqual({
      kind: 'command',
      restart: './r',
      status: './s',
    });
    expect(process('{ "pm2": "voice", "user": "www" }')).toEqual({ kind: 'pm2', name: 'voice', user: 'www' });
  });

  it('a $schema, a byte order mark and names that look like secrets where names are chosen', () => {
    const text = `\uFEFF{ "$schema": "./s.json", "targets": { "token": { ${HOST}, ${ROOT}, "map": { "secrets": "secrets" } } } }`;
    expect([...good(text).targets.keys()]).toEqual(['token']);
  });
});

const health = (inside: string): string => target(HOST, ROOT, `"health": ${inside}`);

describe('parseConfig refuses', () => {
  const table: readonly [name: string, text: string, problems: string[]][] = [
    [
      'an empty file',
      '',
      ['0:0 driftline.json is empty. | Run `driftline init` in a folder without one, or write { "targets": { … } }.'],
    ],
    [
      'broken JSON, once',
      '{\n  "targets": {\n    "a": { "host": "x" "root": "/r" }\n  }\n',
      ['2:23 This is not JSON: comma expected. | Mend it here; the rest of the file is read afterwards.'],
    ],
    [
      'a comment',
      '{ // x\n "targets": {} }',
      ['0:2 This is not JSON: it has a comment. | Remove it: JSON has no comments.'],
    ],
    [
      'a comma before the end',
      '{ "targets": {\n },\n}',
      ['2:0 This is not JSON: a comma stands before the end. | Remove that comma.'],
    ],
    [
      'single quotes',
      "{ 'targets': {} }",
      ['0:2 This is not JSON: a single quote. | Write texts and names in double quotes.'],
    ],
    [
      'what is no text',
      'PK\u0003\u0004\u0000',
      ['0:0 This is no text file. | Restore it from git, or move it away and write a new one with `driftline init`.'],
    ],
    [
      'a list',
      '[]',
      [
        '0:0 driftline.json must be an object { … }, not a list. | Where this project is deployed to, and how its health is seen: { "targets": { … } }.',
      ],
    ],
    [
      'targets by another name, once',
      `{ "target": { "a": { ${HOST}, ${ROOT} } } }`,
      ['0:2 driftline.json has no setting "target". | Did you mean "targets"?'],
    ],
    [
      'a process that is a name, once',
      target(HOST, ROOT, '"process": "voice"'),
      [
        '3:13 targets.production.process must be an object { … }, not a text. | What runs the application and is restarted by a deploy: one of `pm2`, `systemd` and `restart`.',
      ],
    ],
    [
      'no targets',
      '{}',
      [
        '0:0 driftline.json has no "targets". | Add "targets". Destinations by name, one at least: { "production": { "host": …, "root": … } }.',
      ],
    ],
    [
      'an empty targets',
      '{ "targets": {} }',
      ['0:2 targets is empty. | Destinations by name, one at least: { "production": { "host": …, "root": … } }.'],
    ],
    [
      'a target that is given twice',
      `{ "targets": {\n "a": { ${HOST}, ${ROOT} },\n "a": { "host": "b", ${ROOT} } } }`,
      ['2:1 "a" stands here twice; only the last one would count. | Remove one of them.'],
    ],
    [
      'a name that is no name',
      `{ "targets": { "-rf": { ${HOST}, ${ROOT} } } }`,
      [
        '0:15 "-rf" is no name for a target. | Use letters, digits, dots, dashes and underscores, beginning with a letter or a digit.',
      ],
    ],
    [
      'a misspelled key',
      target(HOST, ROOT, '"helth": {}'),
      ['3:2 targets.production has no setting "helth". | Did you mean "health"?'],
    ],
    [
      'a key that is like no other',
      `{ "zzz": 1, "targets": { "a": { ${HOST}, ${ROOT} } } }`,
      ['0:2 driftline.json has no setting "zzz". | Remove it; known here: targets.'],
    ],
    [
      'a missing root',
      target(HOST),
      [
        '0:15 targets.production has no "root". | Add "root". The application\'s folder on the host, absolute. Nothing outside it is ever written, except `state`.',
      ],
    ],
    [
      'a wrong type',
      target(HOST, ROOT, '"keep": "six"'),
      [
        '3:10 targets.production.keep must be a whole number, not a text. | How many releases keep their backup on the host. Older ones cannot be rolled back to.',
      ],
    ],
    [
      'too many releases',
      target(HOST, ROOT, '"keep": 1000'),
      [
        '3:10 targets.production.keep must be at most 100, not 1000. | How many releases keep their backup on the host. Older ones cannot be rolled back to.',
      ],
    ],
    [
      'a relative root',
      target(HOST, '"root": "srv"'),
      ['2:10 targets.production.root is not what it must be: "srv". | An absolute POSIX path: it begins with /.'],
    ],
    [
      'a root that climbs',
      target(HOST, '"root": "/srv/../etc"'),
      ['2:10 targets.production.root has ".." or a control character in it. | Write the path in full.'],
    ],
    [
      'the whole machine',
      target(HOST, '"root": "//"'),
      ["2:10 targets.production.root is the whole machine. | Name the application's own folder."],
    ],
    [
      'a state that is the root',
      target(HOST, ROOT, '"state": "/srv/voice/"'),
      [
        '3:11 targets.production.state is the root itself. | Name a folder of its own, or leave it out: the default is /srv/voice/.driftline.',
      ],
    ],
    [
      'a host that is an option',
      target('"host": "-oProxyCommand=x"', ROOT),
      [
        '1:10 targets.production.host is not what it must be: "-oProxyCommand=x". | A host name or an alias of ~/.ssh/config, without path or spaces; user and port are settings of their own.',
      ],
    ],
    [
      'a port in the host',
      target('"host": "voice:2222"', ROOT),
      [
        '1:10 targets.production.host is not what it must be: "voice:2222". | A host name or an alias of ~/.ssh/config, without path or spaces; user and port are settings of their own.',
      ],
    ],
    [
      'a user in the host',
      target('"host": "me@voice"', ROOT),
      [
        '1:10 targets.production.host is not what it must be: "me@voice". | A host name or an alias of ~/.ssh/config, without path or spaces; user and port are settings of their own.',
      ],
    ],
    [
      'a port that is none',
      target(HOST, ROOT, '"port": 70000'),
      [
        '3:10 targets.production.port must be at most 65535, not 70000. | The SSH port. Default: what ~/.ssh/config says, else 22.',
      ],
    ],
    [
      'a map that leaves the folder',
      target(HOST, ROOT, '"map": { "../other": "src" }'),
      [
        '3:11 targets.production.map: "../other" leaves the folder of driftline.json. | Name a folder inside it, relative and with /; or put driftline.json higher up.',
      ],
    ],
    [
      'a map to a folder outside the root',
      target(HOST, ROOT, '"map": { "src": "../etc" }'),
      ['3:18 targets.production.map: "../etc" leaves the root. | Name a folder under the root, with /.'],
    ],
    [
      'a folder that is mapped twice',
      target(HOST, ROOT, '"map": { "src": "a", "./src": "b" }'),
      ['3:23 targets.production.map: "./src" names a folder that stands here already. | Remove one of them.'],
    ],
    [
      'overlapping production folders',
      target(HOST, ROOT, '"map": { "a": "src", "b": "src/lib" }'),
      [
        '3:28 targets.production.map: "b" and "a" lead to overlapping folders on production (src/lib, src). | Let every local folder lead to a production folder of its own, none inside another.',
      ],
    ],
    [
      'two targets at one place',
      `{ "targets": {\n "a": { ${HOST}, ${ROOT} },\n "b": { "host": "VOICE", "port": 22, "root": "/srv/voice/" } } }`,
      [
        '2:45 Targets "a" and "b" are the same folder: /srv/voice/ on VOICE. | Remove one of them, or correct its root.',
      ],
    ],
    [
      'a build that is not deployed',
      target(HOST, ROOT, '"map": { "dist": "app" }', '"build": { "command": "x", "from": "src", "to": "out" }'),
      ['4:50 targets.production.build.to is deployed nowhere: "map" does not name out. | Add "out" to "map".'],
    ],
    [
      'two kinds of process',
      target(HOST, ROOT, '"process": { "pm2": "a", "systemd": "b" }'),
      [
        '3:2 targets.production.process must have exactly one of "pm2", "systemd", "restart". | Write one of them, and no other.',
      ],
    ],
    [
      'a process of no kind',
      target(HOST, ROOT, '"process": {}'),
      [
        '3:2 targets.production.process must have exactly one of "pm2", "systemd", "restart". | Write one of them, and no other.',
      ],
    ],
    [
      'a setting of another kind of process',
      target(HOST, ROOT, '"process": { "systemd": "a", "home": "/h" }'),
      ['3:31 targets.production.process.home goes with "pm2" only. | Remove it, or use "pm2".'],
    ],
    [
      'a user of the wrong kind',
      target(HOST, ROOT, '"process": { "pm2": "a", "user": true }'),
      ['3:35 targets.production.process.user must be a text, not true. | With `pm2`: the user whose daemon runs it.'],
    ],
    [
      'no probe',
      health('{ "probes": [] }'),
      ['3:14 targets.production.health.probes is empty. | Run on the host. All must hold.'],
    ],
    [
      'a probe that is two',
      health('{ "probes": [{ "url": "http://h/", "command": "x" }] }'),
      [
        '3:25 targets.production.health.probes[0] must have exactly one of "url", "command". | Write one of them, and no other.',
      ],
    ],
    [
      'a URL that is none',
      health('{ "probes": [{ "url": "http://[" }] }'),
      ['3:34 targets.production.health.probes[0].url is no URL. | Write it in full, as http://127.0.0.1:3000/health.'],
    ],
    [
      'a duration without unit',
      health('{ "probes": [{ "command": "x" }], "within": "10" }'),
      [
        '3:56 targets.production.health.within is not what it must be: "10". | A duration is a number and a unit: "500ms", "10s", "2m", "1h".',
      ],
    ],
    [
      'a health that cannot hold',
      health('{ "probes": [{ "command": "x" }], "within": "5s" }'),
      [
        '3:56 targets.production.health can never hold: stableFor (5s) does not fit into within (5s). | Make within longer than stableFor.',
      ],
    ],
    [
      'outside probes that nobody confirms',
      health('{ "probes": [{ "command": "x" }], "outside": [{ "url": "http://h/" }] }'),
      [
        '3:57 targets.production.health.outside is seen by this machine only, and the host confirms alone. | Add "confirm": "client" to the target.',
      ],
    ],
    [
      'a header that is none of the three',
      health('{ "probes": [{ "url": "http://h/", "headers": { "X": { "env": "Y" } } }] }'),
      [
        '3:60 targets.production.health.probes[0].headers.X must be a text, { "variable": NAME } or { "file": absolute path }. | Write one of them, and no other.',
      ],
    ],
    [
      'a header that breaks the request',
      health('{ "probes": [{ "url": "http://h/", "headers": { "X": "a\\r\\nY: b" } }] }'),
      [
        '3:65 targets.production.health.probes[0].headers: "X" is no header that can be sent. | Use letters, digits and dashes, and a value of one line.',
      ],
    ],
    [
      'two guards of one name',
      target(HOST, ROOT, '"guards": [{ "name": "m", "command": "x" }, { "name": "m", "command": "y" }]'),
      ['3:56 Two guards are called "m". | Give each a name of its own: it is accepted by that name.'],
    ],
  ];
  it.each(table)('%s', (_, text, problems) => {
    expect(wrong(text)).toEqual(problems);
  });

  it('what no schema says to an editor: each of these is left to the language server', () => {
    const said = (text: string): boolean[] => {
      const result = parseConfig(text, FILE);
      return Array.isArray(result) ? result.map((problem) => problem.bySchema) : [];
    };
    expect(said('')).toEqual([false]);
    expect(said(target(HOST, '"root": "/srv/../voice"'))).toEqual([false]);
    expect(said(target(HOST, '"root": "srv"'))).toEqual([true]);
    expect(said('{')).toEqual([true]);
  });

  it('everything at once, in the order of the text', () => {
    const lines = wrong(target('"hots": "x"', '"root": 5', '"keep": 0')).map((problem) => problem.split(' ')[0]);
    expect(lines).toEqual(['1:2', '2:10', '3:10']);
  });
});

describe('parseConfig lets no secret in', () => {
  const table: readonly [name: string, text: string, problem: string][] = [
    [
      'a password',
      target(HOST, ROOT, '"password": "hunter2"'),
      '3:2 targets.production.password: driftline.json is committed and holds no secret.',
    ],
    [
      'a passphrase of null',
      target(HOST, ROOT, '"passphrase": null'),
      '3:2 targets.production.passphrase: driftline.json is committed and holds no secret.',
    ],
    [
      'a private key by its path',
      target(HOST, ROOT, '"privateKeyPath": "~/.ssh/id"'),
      '3:2 targets.production.privateKeyPath: driftline.json is committed and holds no secret.',
    ],
    [
      'a token at the top',
      `{ "token": "hunter2", "targets": { "a": { ${HOST}, ${ROOT} } } }`,
      '0:2 token: driftline.json is committed and holds no secret.',
    ],
    [
      'a secret in a place unknown to us',
      target(HOST, ROOT, '"process": { "pm2": "a", "secret": "hunter2" }'),
      '3:27 targets.production.process.secret: driftline.json is committed and holds no secret.',
    ],
    [
      'a password in a URL',
      health('{ "probes": [{ "url": "http://me:hunter2@h/" }] }'),
      '3:34 targets.production.health.probes[0].url has a password in it.',
    ],
    [
      'a header with the secret itself',
      health('{ "probes": [{ "url": "http://h/", "headers": { "Authorization": "Bearer hunter2" } }] }'),
      '3:77 targets.production.health.probes[0].headers.Authorization is a secret, written here in the open.',
    ],
    [
      'a private key in a value',
      target(HOST, ROOT, '"group": "-----BEGIN OPENSSH PRIVATE KEY-----hunter2"'),
      '3:11 targets.production.group contains a private key or an access key.',
    ],
  ];
  it.each(table)('%s', (_, text, problem) => {
    const [first, ...rest] = wrong(text);
    expect(first?.split(' | ')[0]).toBe(problem);
    expect(first).toContain('Keys come from the SSH agent and ~/.ssh/config');
    expect(rest).toEqual([]);
    expect(first).not.toContain('hunter2');
  });
});
