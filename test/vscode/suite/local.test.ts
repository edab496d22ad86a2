import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { diagnosticsOf, extension, open, until } from './support.ts';

describe('a workspace whose production is a folder of this machine', () => {
  it('activates and starts its server', async () => {
    const driftline = extension();
    await driftline.activate();
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('driftline.deploy'));
    await until('the server answers', async () =>
      (await vscode.commands.getCommands(true)).includes('driftline.server.refresh'),
    );
  });

  it('asks before anything connects, and then underlines what only production has', async () => {
    const document = await open('api/src/index.js');
    assert.deepEqual(diagnosticsOf(document.uri), []);
  });
});
