import * as vscode from 'vscode';
import type { Surroundings } from './command.ts';

/** Looks at production and the workspace again. The first time, this is the person's choice to connect. */
export async function refresh({ session }: Surroundings): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: 'driftline.drift' } }, async () => {
    await session.ask('driftline/refresh', {});
  });
}
