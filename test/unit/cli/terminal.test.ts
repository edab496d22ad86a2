import { describe, expect, it } from 'vitest';
import { NobodyToAsk } from '../../../server/cli/failures.ts';
import { PLAIN } from '../../../server/cli/output/text.ts';
import type { Prompts } from '../../../server/cli/prompts.ts';
import { StatusLine } from '../../../server/cli/status-line.ts';
import { Nobody, TerminalPerson } from '../../../server/cli/terminal.ts';
import { Paper } from './surroundings.ts';

function person(answers: Partial<Prompts>, saidYes = false): { person: TerminalPerson; paper: Paper; asked: string[] } {
  const asked: string[] = [];
  const none = (message: string): Promise<never> => Promise.reject(new Error(`nobody expected: ${message}`));
  const prompts: Prompts = { yesOrNo: none, text: none, hidden: none, choice: none, ...answers };
  const remember = <T>(message: string, answer: Promise<T>): Promise<T> => {
    asked.push(message);
    return answer;
  };
  const remembering: Prompts = {
    ...prompts,
    yesOrNo: (message) => remember(message, prompts.yesOrNo(message)),
    text: (message) => remember(message, prompts.text(message)),
  };
  const paper = new Paper(true);
  const line = new StatusLine(paper, 'rewritten');
  return { person: new TerminalPerson(remembering, line, PLAIN, saidYes), paper, asked };
}

const question = { title: 'Deploy to production?', detail: '', action: 'Deploy' };

describe('TerminalPerson', () => {
  it('shows the fingerprint before it asks about a host key', async () => {
    const { person: mira, paper } = person({ yesOrNo: () => Promise.resolve(true) });
    const key = { host: 'voice', keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc' };
    expect(await mira.confirmHostKey(key)).toBe(true);
    expect(paper.text).toContain('SHA256:abc');
    expect(paper.text).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  });

  it('wants the name of a protected target typed', async () => {
    const typing = (text: string) => person({ text: () => Promise.resolve(text) }).person;
    expect(await typing('production').confirm({ ...question, typed: 'production' })).toBe(true);
    const { person: hasty, paper } = person({ text: () => Promise.resolve('yes') });
    expect(await hasty.confirm({ ...question, typed: 'production' })).toBe(false);
    expect(paper.text).toContain('That is not production.');
  });

  it('is not asked again after --yes, and never for consent', async () => {
    const { person: mira, asked } = person({}, true);
    expect(await mira.confirm({ ...question, typed: 'production' })).toBe(true);
    expect(await mira.consent()).toBe(true);
    expect(asked).toEqual([]);
  });

  it('takes an empty answer for giving up a secret, and says it nowhere', async () => {
    const ask = { prompt: 'Passphrase for id', for: 'passphrase id' };
    expect(await person({ hidden: () => Promise.resolve('') }).person.secret(ask)).toBeUndefined();
    const { person: mira, paper } = person({ hidden: () => Promise.resolve('hunter2') });
    expect(await mira.secret(ask)).toBe('hunter2');
    expect(paper.text).not.toContain('hunter2');
  });

  it('obeys nothing in what a host asks', async () => {
    const { person: mira, asked } = person({ yesOrNo: () => Promise.resolve(false) });
    await mira.confirm({ ...question, title: 'Deploy\u001b[1A?' });
    expect(asked).toEqual(['Deploy\\e[1A?']);
  });
});

describe('Nobody', () => {
  const refusal = new NobodyToAsk(['deploy', 'src/a b.js'], 'there is no terminal to ask on');

  it('knows no host key, has no secret, and refuses to be asked', async () => {
    const nobody = new Nobody(false, refusal);
    expect(await nobody.confirmHostKey()).toBe(false);
    expect(await nobody.secret()).toBeUndefined();
    await expect(nobody.confirm()).rejects.toBe(refusal);
    expect(refusal.remedy).toContain("driftline deploy 'src/a b.js' --yes");
    const dashed = new NobodyToAsk(['pull', '--', '-a.js'], 'there is no terminal to ask on');
    expect(dashed.remedy).toContain('driftline pull --yes -- -a.js');
  });

  it('has said yes beforehand by --yes', async () => {
    expect(await new Nobody(true, refusal).confirm()).toBe(true);
  });
});
