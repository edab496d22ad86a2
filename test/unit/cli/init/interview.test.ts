import { describe, expect, it } from 'vitest';
import { interview } from '../../../../server/cli/init/interview.ts';
import type { Choice, Prompts, TextOptions } from '../../../../server/cli/prompts.ts';

/** Answers in order; an empty text takes the proposal, as Enter does. An answer that is refused fails the test. */
function answering(...answers: readonly string[]): { prompts: Prompts; questions: string[] } {
  const left = [...answers];
  const questions: string[] = [];
  const next = (message: string): string => {
    questions.push(message);
    const answer = left.shift();
    if (answer === undefined) throw new Error(`nobody expected: ${message}`);
    return answer;
  };
  return {
    questions,
    prompts: {
      yesOrNo: (message) => Promise.resolve(next(message) === 'y'),
      text: (message: string, { default: proposal, problem }: TextOptions = {}) => {
        const answer = next(message) || (proposal ?? '');
        const wrong = problem?.(answer);
        return wrong === undefined ? Promise.resolve(answer) : Promise.reject(new Error(wrong));
      },
      hidden: (message) => Promise.resolve(next(message)),
      choice: <T extends string>(message: string, choices: readonly Choice<T>[]) => {
        const name = next(message);
        const chosen = choices.find((choice) => choice.name === name);
        return chosen === undefined ? Promise.reject(new Error(`no choice ${name}`)) : Promise.resolve(chosen.value);
      },
    },
  };
}

const proposal = {
  host: 'voice-production',
  user: 'deploy',
  port: 2222,
  root: '/srv/voice-api',
  map: { 'api/src': 'src' },
  pm2: 'voice-api',
  notes: [],
  hosts: ['voice-production', 'backup'],
};

describe('interview', () => {
  it('takes what is proposed by Enter', async () => {
    const { prompts } = answering('voice-production', '', '', 'PM2', '', 'http://127.0.0.1:3000/health', '');
    expect(await interview(prompts, {}, proposal)).toEqual({
      name: 'production',
      host: 'voice-production',
      port: 2222,
      user: 'deploy',
      root: '/srv/voice-api',
      map: { 'api/src': 'src' },
      process: { pm2: 'voice-api' },
      healthUrl: 'http://127.0.0.1:3000/health',
    });
  });

  it('does not carry one host over to another', async () => {
    const { prompts } = answering('backup', '', '', 'systemd', 'voice.service', '', 'staging');
    const answers = await interview(prompts, {}, proposal);
    expect(answers).toMatchObject({ host: 'backup', process: { systemd: 'voice.service' }, name: 'staging' });
    expect(answers).not.toHaveProperty('user');
    expect(answers).not.toHaveProperty('port');
    expect(answers).not.toHaveProperty('healthUrl');
  });

  it('asks only for what no flag has said', async () => {
    const given = { host: 'a', root: '/b', map: { '.': '.' }, process: { pm2: 'c' }, healthUrl: 'http://d', name: 'e' };
    const { prompts, questions } = answering();
    expect(await interview(prompts, given, proposal)).toEqual(given);
    expect(questions).toEqual([]);
  });

  it.each([
    ['root', ['voice-production', 'srv/voice']],
    ['map', ['voice-production', '', 'api/src']],
    ['health', ['voice-production', '', '', 'PM2', '', 'localhost']],
    ['name', ['voice-production', '', '', 'PM2', '', '', 'my target']],
  ])('refuses a %s that would be no good', async (_, answers) => {
    await expect(interview(answering(...answers).prompts, {}, proposal)).rejects.toThrow(/such as|as --map|Letters/i);
  });
});
