import type { InitAnswers } from '../../app/init.ts';
import type { Proposal } from '../../config/import/proposal.ts';
import { Failure } from '../../core/failure.ts';
import type { Prompts } from '../prompts.ts';
import { mapOf } from './flags.ts';

/** Asks for what no flag has answered, with what other tools' files say as the proposal. */
export async function interview(
  prompts: Prompts,
  given: Partial<InitAnswers>,
  proposal: Proposal & { readonly hosts: readonly string[] },
): Promise<InitAnswers> {
  const host = given.host ?? (await askHost(prompts, proposal));
  // Port and user of another tool's file belong to its host.
  const fromProposal = host === proposal.host ? proposal : undefined;
  const port = given.port ?? fromProposal?.port;
  const user = given.user ?? fromProposal?.user;
  const root = given.root ?? (await askRoot(prompts, host, proposal.root));
  const map = given.map ?? (await askMap(prompts, proposal.map));
  const process = given.process ?? (await askProcess(prompts, proposal.pm2));
  const healthUrl = given.healthUrl ?? (await askHealth(prompts));
  const name = given.name ?? (await askName(prompts, proposal.name));
  return {
    name,
    host,
    root,
    map,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(process !== undefined && { process }),
    ...(healthUrl !== undefined && { healthUrl }),
  };
}

async function askHost(prompts: Prompts, proposal: { host?: string; hosts: readonly string[] }): Promise<string> {
  const known = [...new Set([...(proposal.host === undefined ? [] : [proposal.host]), ...proposal.hosts])];
  const typed = (): Promise<string> =>
    prompts.text('Which host runs it? As `ssh` knows it, or local for a folder of this machine', {
      problem: (answer) => (/^\S+$/.test(answer) ? undefined : 'One word, such as voice-production.'),
    });
  if (known.length === 0) return typed();
  const choice = await prompts.choice('Which host runs it?', [
    ...known.map((host) => ({ value: `host ${host}`, name: host })),
    { value: 'local', name: 'a folder of this machine' },
    { value: 'other', name: 'another host' },
  ]);
  if (choice === 'other') return typed();
  return choice === 'local' ? 'local' : choice.slice('host '.length);
}

function askRoot(prompts: Prompts, host: string, proposed: string | undefined): Promise<string> {
  const where = host === 'local' ? 'on this machine' : `on ${host}`;
  return prompts.text(`Its folder ${where}, the one with package.json`, {
    ...(proposed !== undefined && { default: proposed }),
    problem: (answer) => (answer.startsWith('/') ? undefined : 'An absolute path, such as /srv/voice-api.'),
  });
}

async function askMap(prompts: Prompts, proposed: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const words = Object.entries(proposed).map(([local, there]) => `${local}=${there}`);
  const answer = await prompts.text('Folder here=folder there, several with commas', {
    default: words.join(', '),
    problem: (text) => {
      try {
        mapOf(pairs(text));
        return undefined;
      } catch (error) {
        return error instanceof Failure ? error.remedy : String(error);
      }
    },
  });
  return mapOf(pairs(answer));
}

function pairs(text: string): string[] {
  return text.split(',').map((pair) => pair.trim());
}

async function askProcess(prompts: Prompts, app: string | undefined): Promise<InitAnswers['process']> {
  const manager = await prompts.choice('What restarts the application there?', [
    { value: 'pm2', name: 'PM2' },
    { value: 'systemd', name: 'systemd' },
    { value: 'none', name: 'something else, or nothing (see "process" in driftline.json later)' },
  ]);
  const problem = (answer: string): string | undefined =>
    answer === '' ? 'Its name, as it is listed there.' : undefined;
  switch (manager) {
    case 'pm2':
      return {
        pm2: await prompts.text("The app's name in `pm2 list`", {
          problem,
          ...(app !== undefined && { default: app }),
        }),
      };
    case 'systemd':
      return { systemd: await prompts.text('The unit, such as voice-api.service', { problem }) };
    case 'none':
      return undefined;
  }
}

async function askHealth(prompts: Prompts): Promise<string | undefined> {
  const answer = await prompts.text('Health URL, as seen from there; empty for none', {
    problem: (text) =>
      text === '' || /^https?:\/\/\S+$/.test(text) ? undefined : 'Such as http://127.0.0.1:3000/health.',
  });
  return answer === '' ? undefined : answer;
}

function askName(prompts: Prompts, proposed: string | undefined): Promise<string> {
  return prompts.text('What is this target called?', {
    default: proposed ?? 'production',
    problem: (answer) =>
      /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(answer) ? undefined : 'Letters, digits, dots, dashes and underscores.',
  });
}
