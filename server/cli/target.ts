import path from 'node:path';
import type { Config, Target } from '../config/config.ts';
import { ConfigProblems, NoConfig, TargetUnclear } from '../config/errors.ts';
import { findConfig } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';

/** What was typed to name a target. */
export interface TargetWords {
  readonly config?: string | undefined;
  readonly target?: string | undefined;
}

/** The configuration that counts here, and the target that is meant. Throws what `config/errors.ts` has. */
export async function findTarget(cwd: string, words: TargetWords): Promise<{ config: Config; target: Target }> {
  const config = await loadConfig(words.config === undefined ? await nearest(cwd) : path.resolve(cwd, words.config));
  if (config instanceof ConfigProblems) throw config;
  return { config, target: chooseTarget(config, words.target) };
}

async function nearest(cwd: string): Promise<string> {
  const { file, upTo } = await findConfig(cwd);
  if (file === undefined) throw new NoConfig(cwd, upTo);
  return file;
}

/** The one that was named, or the only one. */
export function chooseTarget(config: Config, name: string | undefined): Target {
  const names = [...config.targets.keys()];
  const only = names.length === 1 ? names[0] : undefined;
  const target = config.targets.get(name ?? only ?? '');
  if (target === undefined) throw new TargetUnclear(config.file, names, name);
  return target;
}
