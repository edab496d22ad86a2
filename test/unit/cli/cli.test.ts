import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asFailure, runCli, tellFailure, wantsJson } from '../../../server/cli/cli.ts';
import { Interrupted, Unexpected } from '../../../server/cli/failures.ts';
import { EXIT_OF_FAILURE } from '../../../server/cli/exit-codes.ts';
import { Failure } from '../../../server/core/failure.ts';
import type { FailureKind } from '../../../server/core/failure.ts';
import { surroundings } from './surroundings.ts';
import type { TestSurroundings } from './surroundings.ts';

class Named extends Failure {
  constructor(readonly kind: FailureKind) {
    super('This happened.', 'Do that.');
  }
}

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'driftline-cli-')));
  await mkdir(path.join(folder, '.git'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...words: string[]): Promise<{ status: number; around: TestSurroundings }> {
  const around = surroundings(words, { cwd: folder });
  return { status: await runCli(around), around };
}

const config = (text: string): Promise<void> => writeFile(path.join(folder, 'driftline.json'), text);
const target = { host: 'voice.invalid', root: '/srv/voice' };

describe('arguments', () => {
  it('--version and --help are answered, and fine', async () => {
    const version = await run('--version');
    expect([version.status, version.around.out.text]).toEqual([0, '1.2.3\n']);
    const help = await run('--help');
    expect(help.status).toBe(0);
    const verbs = [
      'init',
      'doctor',
      'audit',
      'check',
      'pull',
      'plan',
      'deploy',
      'releases',
      'rollback',
      'recover',
      'lsp',
    ];
    for (const verb of verbs) {
      expect(help.around.out.text).toMatch(new RegExp(`^  ${verb} `, 'm'));
      expect((await run(verb, '--help')).around.out.text).toContain(`Usage: driftline ${verb}`);
    }
  });

  it('without a verb the help is an error', async () => {
    const { status, around } = await run();
    expect([status, around.out.text]).toEqual([2, '']);
    expect(around.err.text).toContain('Usage: driftline');
  });

  it.each([
    [['aduit'], "Unknown command 'aduit'", 'audit'],
    [['audit', '--al'], "Unknown option '--al'", 'driftline audit --help'],
    [['audit', '--format', 'sarif'], 'Allowed choices are text, json', 'driftline audit --help'],
    [['check', '--fail-on', 'note'], 'Allowed choices are error, warning', 'driftline check --help'],
    [['audit', 'src'], 'Too many arguments', 'driftline audit --help'],
    [['plan', '--accept'], 'argument missing', 'driftline plan --help'],
    [['plan', '--accept', 'no-health'], '--reason', '--reason'],
    [['pull'], 'Nothing to pull was named', '--missing'],
    [['lsp'], 'speak with its editor', '--stdio'],
    [['help', 'aduit'], "no command 'aduit'", 'driftline --help'],
    [['init'], '--host and --root', 'driftline init --host'],
  ])('%j is a mistake that says what to do', async (words, told, remedy) => {
    const { status, around } = await run(...words);
    expect(status).toBe(2);
    expect(around.out.text).toBe('');
    expect(around.err.text).toContain(told);
    expect(around.err.text).toContain(remedy);
  });

  it('a mistake is one JSON object where JSON was asked for', async () => {
    const { status, around } = await run('audit', '--bad', '--format', 'json');
    expect(status).toBe(2);
    expect(around.err.text).toBe('');
    const { error } = JSON.parse(around.out.text) as { error: Record<string, string> };
    expect(error).toEqual({
      kind: 'usage',
      message: "Unknown option '--bad'.",
      remedy: 'See: driftline audit --help',
    });
  });

  it('wantsJson reads both spellings', () => {
    expect(wantsJson(['audit', '--format', 'json'])).toBe(true);
    expect(wantsJson(['audit', '--format=json'])).toBe(true);
    expect(wantsJson(['audit', '--format', 'text', 'json'])).toBe(false);
  });
});

describe('the configuration', () => {
  it('that is not there is named with the folders that were looked in', async () => {
    const { status, around } = await run('audit');
    expect(status).toBe(2);
    expect(around.err.text).toContain(folder);
    expect(around.err.text).toContain('driftline init');
  });

  it('has each problem at its place, as compilers print them', async () => {
    await config('{\n  "targets": {\n    "production": { "host": "a", "root": "srv", "color": 1 }\n  }\n}\n');
    const { status, around } = await run('audit');
    expect(status).toBe(2);
    const places = around.err.text.split('\n').filter((line) => line.startsWith(path.join(folder, 'driftline.json')));
    expect(places).toHaveLength(2);
    for (const place of places) expect(place).toMatch(/driftline\.json:3:\d+: \S/);
    const json = await run('audit', '--format', 'json');
    const { error } = JSON.parse(json.around.out.text) as { error: { problems: { line: number; remedy: string }[] } };
    expect(error.problems.map((problem) => problem.line)).toEqual([3, 3]);
  });

  it('needs --target where it has several, and a name that it has', async () => {
    await config(JSON.stringify({ targets: { production: target, staging: { ...target, root: '/srv/b' } } }));
    expect((await run('audit')).around.err.text).toContain('has 2 targets: production, staging');
    expect((await run('audit', '--target', 'prod')).around.err.text).toContain('has no target "prod"');
  });

  it('is the one that --config names, from wherever', async () => {
    await mkdir(path.join(folder, 'api'));
    await writeFile(path.join(folder, 'api', 'driftline.json'), '{ "targets": 1 }');
    expect((await run('audit', '--config', 'api/driftline.json')).around.err.text).toContain('api/driftline.json:1:14');
    expect((await run('audit', '--config', 'gone.json')).around.err.text).toContain('does not exist');
  });
});

describe('verbs that ask', () => {
  it.each([
    [['pull', '--missing'], 'driftline pull --missing --yes'],
    [['deploy', 'src/a b.js'], "driftline deploy 'src/a b.js' --yes"],
    [['rollback'], 'driftline rollback --yes'],
    [['recover'], 'driftline recover --yes'],
  ])('%j needs --yes where nobody can be asked, and says so before it connects', async (words, remedy) => {
    await config(JSON.stringify({ targets: { production: target } }));
    const { status, around } = await run(...words);
    expect(status).toBe(2);
    expect(around.err.text).toContain(remedy);
    expect(around.err.text).not.toContain('Connecting');
  });

  it.each([['pull', '--missing'], ['deploy'], ['rollback'], ['recover']])(
    '%s says first what is wrong with the configuration',
    async (...words) => {
      for (const more of [[], ['--format', 'json']]) {
        const { status, around } = await run(...words, ...more);
        expect(status).toBe(2);
        expect(around.err.text + around.out.text).toContain('driftline init');
        expect(around.err.text + around.out.text).not.toContain('--yes');
      }
    },
  );

  it.each([['deploy'], ['rollback', 'r1'], ['recover']])(
    '%s of a protected target needs its name beside --yes, on a terminal too',
    async (...words) => {
      await config(JSON.stringify({ targets: { production: { ...target, protected: true } } }));
      for (const interactive of [false, true]) {
        const around = surroundings([...words, '--yes'], { cwd: folder, interactive });
        expect(await runCli(around)).toBe(2);
        expect(around.err.text).toContain('production is protected');
        expect(around.err.text).toContain(`driftline ${words.join(' ')} --yes --target production`);
        expect(around.err.text).not.toContain('Connecting');
      }
      const named = surroundings([...words, '--yes', '--target', 'production'], { cwd: folder });
      await runCli(named);
      expect(named.err.text).toContain('Connecting to voice.invalid');
    },
  );

  it('pull from a protected target as from any: it changes nothing there', async () => {
    await config(JSON.stringify({ targets: { production: { ...target, protected: true } } }));
    expect((await run('pull', '--missing', '--yes')).around.err.text).toContain('Connecting to voice.invalid');
  });

  it('deploy tells a plan file that is not there from a path that is deployed', async () => {
    await config(JSON.stringify({ targets: { production: { ...target, map: { api: 'srv' } } } }));
    for (const gone of ['plan.json', '../plan.json', '/tmp/none/plan.json', 'gone.driftline-plan']) {
      const { status, around } = await run('deploy', gone, '--yes');
      expect(status).toBe(2);
      expect(around.err.text).toContain(gone);
      expect(around.err.text).toContain('driftline plan -o FILE');
      expect(around.err.text).not.toContain('Connecting');
    }
    await mkdir(path.join(folder, 'api'));
    await writeFile(path.join(folder, 'api/data.json'), '{}');
    for (const there of ['api/data.json', 'srv/data.json', 'srv/*.json']) {
      expect((await run('deploy', there, '--yes')).around.err.text).toContain('Connecting');
    }
  });

  it('need it with --format json on a terminal too', async () => {
    await config(JSON.stringify({ targets: { production: target } }));
    const around = surroundings(['deploy', '--format', 'json'], { cwd: folder, interactive: true });
    expect(await runCli(around)).toBe(2);
    expect(JSON.parse(around.out.text)).toMatchObject({ error: { kind: 'usage' } });
  });
});

describe('init', () => {
  it('writes what the flags say, says what is next, and never overwrites', async () => {
    const words = ['init', '--host', 'voice', '--root', '/srv/voice', '--map', 'api/src=src', '--pm2', 'voice-api'];
    const { status, around } = await run(...words, '--health', 'http://127.0.0.1:3000/health', '--port', '2222');
    expect(status).toBe(0);
    const file = path.join(folder, 'driftline.json');
    const written = await readFile(file, 'utf8');
    expect(JSON.parse(written)).toEqual({
      targets: {
        production: {
          host: 'voice',
          port: 2222,
          root: '/srv/voice',
          map: { 'api/src': 'src' },
          process: { pm2: 'voice-api' },
          health: { probes: [{ url: 'http://127.0.0.1:3000/health' }] },
        },
      },
    });
    expect(around.out.text).toContain(file);
    expect(around.out.text).toContain('Next: driftline doctor');
    const again = await run('init', '--host', 'other', '--root', '/srv/other');
    expect(again.status).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(written);
  });

  it('writes nothing that would be no good configuration', async () => {
    const { status, around } = await run('init', '--host', 'voice', '--root', 'srv/voice');
    expect(status).toBe(2);
    expect(around.err.text).toContain('driftline.json was not written: targets.production.root');
    expect(await readdir(folder)).toEqual(['.git']);
    expect((await run('init')).around.err.text).toContain('--host local for a folder of this machine');
  });

  it('proposes what other tools know where it lacks something', async () => {
    await mkdir(path.join(folder, '.vscode'));
    const sftp = { host: 'voice-production', remotePath: '/srv/voice-api' };
    await writeFile(path.join(folder, '.vscode', 'sftp.json'), JSON.stringify(sftp));
    const { around } = await run('init');
    expect(around.err.text).toContain('driftline init --host voice-production --root /srv/voice-api');
  });
});

describe('failures', () => {
  it.each(Object.entries(EXIT_OF_FAILURE))('%s ends with %i, said once', (kind, status) => {
    const people = surroundings(['audit']);
    expect(tellFailure(new Named(kind as FailureKind), people)).toBe(status);
    expect([people.out.text, people.err.text]).toEqual(['', 'This happened.\n  Do that.\n']);
    const scripts = surroundings(['audit', '--format', 'json']);
    expect(tellFailure(new Named(kind as FailureKind), scripts)).toBe(status);
    expect(JSON.parse(scripts.out.text)).toEqual({ error: { kind, message: 'This happened.', remedy: 'Do that.' } });
    expect(scripts.err.text).toBe('');
  });

  it('that nobody foresaw have one sentence, and a stack only on request', () => {
    const mistake = asFailure(new TypeError('x is undefined\nand more'), new AbortController().signal);
    expect(mistake).toBeInstanceOf(Unexpected);
    const people = surroundings(['audit']);
    expect(tellFailure(mistake, people)).toBe(70);
    expect(people.err.text.split('\n')).toHaveLength(3);
    expect(people.err.text).toContain('DRIFTLINE_DEBUG=1');
    const curious = surroundings(['audit'], { environment: { DRIFTLINE_DEBUG: '1' } });
    tellFailure(mistake, curious);
    expect(curious.err.text).toMatch(/TypeError: x is undefined[^]*at /);
  });

  it('after Ctrl-C are what it was stopped for, unless they say more', () => {
    const { interrupts } = surroundings([]);
    interrupts.interrupt();
    expect(asFailure(new Error('AbortError'), interrupts.signal)).toBeInstanceOf(Interrupted);
    const lost = new Named('connection');
    expect(asFailure(lost, interrupts.signal)).toBe(lost);
  });

  it('obey nothing that a host called itself', () => {
    const people = surroundings(['audit']);
    tellFailure(asFailure(new Error('no \u001b]0;title\u0007file'), new AbortController().signal), people);
    expect(people.err.text).toContain('\\e]0;title\\x07');
  });
});
