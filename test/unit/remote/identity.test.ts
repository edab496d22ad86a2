import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnyAuthMethod, KeyboardInteractiveAuthMethod } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthenticationFailed } from '../../../server/remote/failures.ts';
import { Identity } from '../../../server/remote/identity.ts';
import { sshSettings } from '../../../server/remote/ssh-config.ts';
import { temporaryHome } from '../../support/home.ts';
import type { TemporaryHome } from '../../support/home.ts';
import { newKey } from '../../support/sshd.ts';

let home: TemporaryHome;

beforeEach(async () => {
  home = await temporaryHome();
});

afterEach(() => home.remove());

async function identity(
  options: { config?: string; agent?: string; secret?: (prompt: string) => Promise<string | undefined> } = {},
): Promise<Identity> {
  await writeFile(path.join(home.ssh, 'config'), options.config ?? '');
  const secret = options.secret ?? (() => Promise.resolve(undefined));
  return new Identity(sshSettings('voice', {}, { home: home.folder }), 'deploy@voice', options.agent, ({ prompt }) =>
    secret(prompt),
  );
}

/** All methods that would be tried, one after the other, by a host that takes these. */
async function methods(who: Identity, offered: readonly string[]): Promise<AnyAuthMethod[]> {
  const tried: AnyAuthMethod[] = [];
  for (let method = await who.next(null); method !== undefined; method = await who.next(offered)) tried.push(method);
  return tried;
}

describe('Identity', () => {
  it('asks first what the host takes, then offers agent and keys, and nothing that the host would not take', async () => {
    await newKey(path.join(home.ssh, 'id_ed25519'));
    const who = await identity({ agent: '/run/agent.sock' });
    expect((await methods(who, ['publickey'])).map(({ type }) => type)).toEqual(['none', 'agent', 'publickey']);
    expect(who.tried).toEqual(['the agent at /run/agent.sock', path.join(home.ssh, 'id_ed25519')]);
    const other = await identity({ agent: '/run/agent.sock' });
    expect((await methods(other, ['hostbased'])).map(({ type }) => type)).toEqual(['none']);
  });

  it.each(['IdentityAgent none', 'IdentitiesOnly yes'])('leaves the agent alone under "%s"', async (line) => {
    const who = await identity({ agent: '/run/agent.sock', config: `Host *\n  ${line}\n` });
    expect((await methods(who, ['publickey'])).map(({ type }) => type)).toEqual(['none']);
  });

  it('asks for a password three times, and stops when none is given', async () => {
    const prompts: string[] = [];
    const wrong = await identity({
      secret: (prompt) => {
        prompts.push(prompt);
        return Promise.resolve('wrong');
      },
    });
    expect((await methods(wrong, ['password'])).map(({ type }) => type)).toEqual([
      'none',
      ...Array<string>(3).fill('password'),
    ]);
    const again = 'That was refused. Password for deploy@voice';
    expect(prompts).toEqual(['Password for deploy@voice', again, again]);
    expect(wrong.tried).toContain('a password');
    const none = await identity();
    expect((await methods(none, ['password'])).map(({ type }) => type)).toEqual(['none']);
    expect(none.tried).toContain('a password (which was not given)');
  });

  async function questions(who: Identity): Promise<KeyboardInteractiveAuthMethod> {
    await who.next(null);
    const method = await who.next(['keyboard-interactive', 'password']);
    if (method?.type !== 'keyboard-interactive') throw new Error('no questions are answered');
    return method;
  }

  function answer(method: KeyboardInteractiveAuthMethod, prompt: string): Promise<string[]> {
    return new Promise((resolve) => method.prompt('', '', '', [{ prompt, echo: false }], resolve));
  }

  it('answers a host’s questions, without what steers a terminal, and stops when a person gives up', async () => {
    const prompts: string[] = [];
    const answers: (string | undefined)[] = ['123456', undefined];
    const who = await identity({
      secret: (prompt) => {
        prompts.push(prompt);
        return Promise.resolve(answers.shift());
      },
    });
    const method = await questions(who);
    expect(await answer(method, 'Code\u001b[2J: ')).toEqual(['123456']);
    expect(prompts).toEqual(['deploy@voice asks: Code [2J:']);
    const again = await who.next(['keyboard-interactive']);
    expect(again?.type).toBe('keyboard-interactive');
    expect(await answer(again as KeyboardInteractiveAuthMethod, 'Code')).toEqual([]);
    expect(prompts.at(-1)).toBe('That was refused. deploy@voice asks: Code');
    await expect(who.next(['keyboard-interactive'])).rejects.toThrow(AuthenticationFailed);
    expect(who.tried).toContain('answers to its questions');
  });

  it('says why a question could be put to nobody', async () => {
    const nobody = new Error('Run `driftline doctor` in a terminal.');
    const who = await identity({ secret: () => Promise.reject(nobody) });
    expect(await answer(await questions(who), 'Code')).toEqual([]);
    await expect(who.next(['keyboard-interactive'])).rejects.toBe(nobody);
  });
});
