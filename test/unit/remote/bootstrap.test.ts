import { spawn } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_NODE, OLD_NODE, programPrefix, startCommand } from '../../../server/remote/bootstrap.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder('bootstrap');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the start command with an input, as a login shell would, in an environment without this machine's Node unless it is given. */
function start(
  options: { node?: string; environment?: Record<string, string>; shell?: string },
  input: Buffer,
): Promise<{ stdout: string; status: number | null }> {
  const command = startCommand({ nonce: 'n0nce', ...(options.node !== undefined && { node: options.node }) });
  const environment = { PATH: '/nowhere', HOME: folder, SHELL: '/bin/false', ...options.environment };
  return new Promise((resolve, reject) => {
    const child = spawn(options.shell ?? '/bin/sh', ['-c', command], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    // A program that ends at once closes its input first.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (status) => resolve({ stdout, status }));
    child.stdin.end(input);
  });
}

const ECHO = Buffer.from(
  `process.stdin.on('data', (d) => process.stdout.write(driftline.nonce + ':' + d)); process.stdin.resume(); /* é */`,
);

describe('the start command', () => {
  it('is one line without what some login shell reads otherwise', () => {
    expect(startCommand({ nonce: 'abc' })).not.toMatch(/[\\\n!]/);
  });

  it.each(['/bin/sh', '/bin/bash'])(
    'starts the program that follows, and leaves it the rest of the input, in %s',
    async (shell) => {
      const input = Buffer.concat([programPrefix(ECHO), Buffer.from('the rest')]);
      const { stdout, status } = await start({ node: process.execPath, shell }, input);
      expect(stdout).toBe('n0nce:the rest');
      expect(status).toBe(0);
    },
  );

  it('starts a program that comes in pieces larger than a pipe', async () => {
    const long = Buffer.concat([ECHO, Buffer.from(`/*${'x'.repeat(300_000)}*/`)]);
    const input = Buffer.concat([programPrefix(long), Buffer.from('late')]);
    expect((await start({ node: process.execPath }, input)).stdout).toBe('n0nce:late');
  });

  it('finds Node on the PATH', async () => {
    const environment = { PATH: path.dirname(process.execPath) };
    const input = Buffer.concat([programPrefix(ECHO), Buffer.from('x')]);
    expect((await start({ environment }, input)).stdout).toBe('n0nce:x');
  });

  it('takes the newest Node that a version manager keeps', async () => {
    for (const [version, major] of [
      ['v9.0.0', 9],
      ['v18.1.0', 18],
      ['v20.0.0', 20],
    ] as const) {
      const bin = path.join(folder, '.nvm/versions/node', version, 'bin');
      await mkdir(bin, { recursive: true });
      const body = `#!/bin/sh\nif [ "$1" = -p ]; then echo ${major}; else echo started ${version}; fi\n`;
      await writeFile(path.join(bin, 'node'), body);
      await chmod(path.join(bin, 'node'), 0o755);
    }
    const { stdout } = await start({}, programPrefix(ECHO));
    expect(stdout).toBe('started v20.0.0\n');
    await rm(path.join(folder, '.nvm'), { recursive: true });
  });

  it('asks the login shell, whose profile may set up a Node', async () => {
    const shell = path.join(folder, 'shell');
    await writeFile(shell, `#!/bin/sh\necho noise; echo ${process.execPath}\n`);
    await chmod(shell, 0o755);
    const environment = { SHELL: shell, PATH: '/usr/bin:/bin' };
    const tail = path.join(folder, 'tools');
    await mkdir(tail);
    await symlink('/usr/bin/tail', path.join(tail, 'tail'));
    const input = Buffer.concat([programPrefix(ECHO), Buffer.from('x')]);
    expect((await start({ environment: { ...environment, PATH: tail } }, input)).stdout).toBe('n0nce:x');
  });

  it('says so where there is no Node, with the nonce', async () => {
    const { stdout, status } = await start({}, programPrefix(ECHO));
    expect(stdout).toBe(`\n${NO_NODE} n0nce\n`);
    expect(status).toBe(127);
    expect((await start({ node: '/no/such node' }, programPrefix(ECHO))).stdout).toBe(`\n${NO_NODE} n0nce\n`);
  });

  it('says so where the Node is too old', async () => {
    const old = path.join(folder, 'old-node');
    // A Node that believes to be another.
    const lie = `Object.defineProperty(process.versions, 'node', { value: '12.22.12' });`;
    await writeFile(path.join(folder, 'lie.js'), lie);
    await writeFile(old, `#!/bin/sh\nexec ${process.execPath} -r ${folder}/lie.js "$@"\n`);
    await chmod(old, 0o755);
    const { stdout } = await start({ node: old }, programPrefix(ECHO));
    expect(stdout).toBe(`\n${OLD_NODE} n0nce 12.22.12\n`);
  });
});
