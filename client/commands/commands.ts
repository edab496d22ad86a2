import * as vscode from 'vscode';
import { tellFailure } from '../failure.ts';
import { itemsOf } from './command.ts';
import type { Surroundings } from './command.ts';
import { compareGroup, compareWithProduction } from './compare.ts';
import { chooseTarget, init, openConfig } from './config.ts';
import { deploy, rollback, showPlan } from './deploy.ts';
import { copyPath, revealInExplorer } from './items.ts';
import { pull } from './pull.ts';
import { explainVerdict } from './explain.ts';
import { acceptHostKey, refresh } from './refresh.ts';

type Command = (around: Surroundings, first: unknown, second: unknown) => Promise<void>;

/** Every command of package.json, by its name there; a test holds the two together. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  'driftline.refresh': refresh,
  'driftline.acceptHostKey': acceptHostKey,
  'driftline.pull': (around, first, second) => pull(around, pathsToPull(first, second)),
  'driftline.pullAllMissing': (around) => pull(around, 'missing'),
  'driftline.compareWithProduction': compareWithProduction,
  'driftline.compareGroup': compareGroup,
  'driftline.copyPath': copyPath,
  'driftline.revealInExplorer': revealInExplorer,
  'driftline.deploy': deploy,
  'driftline.showPlan': showPlan,
  'driftline.rollback': rollback,
  'driftline.chooseTarget': chooseTarget,
  'driftline.openConfig': openConfig,
  'driftline.init': init,
  'driftline.explainVerdict': explainVerdict,
};

export function registerCommands(around: Surroundings): vscode.Disposable {
  const registrations = Object.entries(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (first: unknown, second: unknown) => {
      try {
        await command(around, first, second);
      } catch (error) {
        await tellFailure(error, around.log);
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

/** From the view: the clicked node or the selection. From a quick fix: paths. From the palette: everything that code needs. */
function pathsToPull(first: unknown, second: unknown): readonly string[] | 'missing' {
  if (Array.isArray(first) && first.every((path) => typeof path === 'string')) return first;
  const paths = itemsOf(first, second).filter((item) => item.there);
  return paths.length === 0 ? 'missing' : paths.map((item) => item.path);
}
