import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { newKey, startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { startAtTerminal } from '../support/terminal.ts';
import type { Terminal } from '../support/terminal.ts';

const PASSPHRASE = 'open-sesame-9713';

let home: TemporaryHome;
let sshd: Sshd;
let workspace: string;
let terminal: Terminal | undefined;

beforeEach(async () => {
  home = await temporaryHome();
  sshd = await startSshd({ home });
  await sshd.writeClientConfig('voice');
  workspace = path.join(home.folder, 'workspace');
  mkdirSync(workspace);
  writeFileSync(path.join(workspace, 'a.js'), '');
  const target = { host: 'voice', root: sshd.hostHome, health: { probes: [{ command: 'true' }] } };
  writeFileSync(path.join(workspace, 'driftline.json'), JSON.stringify({ targets: { production: target } }));
});

afterEach(async () => {
  terminal?.close();
  await sshd.stop();
  await home.remove();
});

function driftline(...words: string[]): Terminal {
  terminal = startAtTerminal(words, { cwd: workspace, environment: home.environment() });
  return terminal;
}

/** A question is drawn anew with each key, until it is answered. */
async function answer(at: Terminal, typed: string): Promise<void> {
  at.type(typed);
  await at.sees('✔');
}

const ownKnownHosts = (): string => path.join(home.folder, '.local/state/driftline/known_hosts');

describe('a host whose key is not known', () => {
  it('is shown as ssh-keygen shows it, and nothing is sent to it where the answer is no', async () => {
    const doctor = driftline('doctor');
    await doctor.sees(`ssh-ed25519 ${sshd.hostKeyFingerprint()}`);
    await doctor.sees('Is it the same?');
    doctor.type('n');
    expect(await doctor.ended).toBe(3);
    expect(doctor.text()).toContain('Nothing was sent to it.');
    expect(sshd.log()).not.toContain('Accepted publickey');
    expect(existsSync(ownKnownHosts())).toBe(false);
  });

  it('is remembered where the answer is yes', async () => {
    const doctor = driftline('doctor');
    await doctor.sees('Is it the same?');
    doctor.type('y');
    expect(await doctor.ended).toBe(0);
    expect(readFileSync(ownKnownHosts(), 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519 `);
    const again = driftline('doctor');
    expect(await again.ended).toBe(0);
    expect(again.text()).not.toContain('Is it the same?');
  });
});

describe('a key with a passphrase', () => {
  beforeEach(async () => {
    await sshd.acceptHostKey();
    const locked = path.join(home.ssh, 'locked');
    await newKey(locked, PASSPHRASE);
    await sshd.letIn(locked);
    rmSync(path.join(home.ssh, 'config'));
    appendFileSync(
      path.join(home.ssh, 'config'),
      `Host voice\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  IdentityFile ${locked}\n`,
    );
  });

  it('is asked for, not shown, and asked for again where it is wrong', async () => {
    const doctor = driftline('doctor');
    await doctor.sees(`Passphrase for ${path.join(home.ssh, 'locked')}`);
    await answer(doctor, 'wrong-one-4455');
    await doctor.sees('That is not it. Passphrase for');
    doctor.type(PASSPHRASE);
    expect(await doctor.ended).toBe(0);
    expect(doctor.text()).not.toContain('wrong-one-4455');
    expect(doctor.text()).not.toContain(PASSPHRASE);
  });

  it('that nobody knows ends with what could be done', async () => {
    const doctor = driftline('doctor');
    await doctor.sees('Passphrase for');
    for (const wrong of ['one-wrong', 'two-wrong']) {
      await answer(doctor, wrong);
      await doctor.sees('That is not it.');
    }
    doctor.type('three-wrong');
    expect(await doctor.ended).toBe(3);
    expect(doctor.text()).toContain('its passphrase was wrong');
    expect(doctor.text()).toContain(`ssh-add '${path.join(home.ssh, 'locked')}'`);
  });
});

describe('a deploy', () => {
  beforeEach(async () => {
    await sshd.acceptHostKey();
  });

  it('shows its plan and asks once, and a no writes nothing', async () => {
    const deploy = driftline('deploy');
    await deploy.sees('New (1)');
    await deploy.sees('a.js');
    await deploy.sees('Deploy to production? (y/N)');
    deploy.type('n');
    expect(await deploy.ended).toBe(1);
    expect(deploy.text()).toContain('Refused: nothing was written.');
    expect(existsSync(path.join(sshd.hostHome, 'a.js'))).toBe(false);
    expect(existsSync(path.join(sshd.hostHome, '.driftline'))).toBe(false);
  });

  it('to a protected target wants its name typed, and another one writes nothing', async () => {
    const file = path.join(workspace, 'driftline.json');
    const { targets } = JSON.parse(readFileSync(file, 'utf8')) as { targets: { production: object } };
    writeFileSync(file, JSON.stringify({ targets: { production: { ...targets.production, protected: true } } }));
    const deploy = driftline('deploy');
    await deploy.sees('type production to go on');
    deploy.type('staging');
    expect(await deploy.ended).toBe(1);
    expect(deploy.text()).toContain('That is not production.');
    expect(existsSync(path.join(sshd.hostHome, 'a.js'))).toBe(false);

    const again = driftline('deploy');
    await again.sees('type production to go on');
    again.type('production');
    expect(await again.ended).toBe(0);
    expect(existsSync(path.join(sshd.hostHome, 'a.js'))).toBe(true);
  });
});

describe('Ctrl-C at a question', () => {
  it('ends without a word to the host', async () => {
    const doctor = driftline('doctor');
    await doctor.sees('Is it the same?');
    doctor.type('\u0003');
    expect(await doctor.ended).toBe(130);
    expect(doctor.text()).toContain('Stopped.');
    expect(existsSync(ownKnownHosts())).toBe(false);
  });
});
