import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, diagnosticsOf, extension, open, until, uriIn } from './support.ts';

describe('a workspace whose production is a folder of this machine', () => {
  it('activates and starts its server', async () => {
    await extension().activate();
    const commands = await vscode.commands.getCommands(true);
    assert.ok(commands.includes('driftline.deploy'));
    await until('the server answers', async () =>
      (await vscode.commands.getCommands(true)).includes('driftline.server.refresh'),
    );
  });

  it('connects only after the person agreed, and then underlines what only production has', async () => {
    const document = await open('api/src/index.js');
    assert.deepEqual(diagnosticsOf(document.uri), []);
    const asked = await answering(['Connect'], async () => {
      await vscode.commands.executeCommand('driftline.refresh');
    });
    assert.deepEqual(asked, ['Connect to local?']);
    await until('two imports are underlined', () => diagnosticsOf(document.uri).length === 2);
    assert.deepEqual(diagnosticsOf(document.uri), ['production-only-import:1', 'production-only-import:6']);
  });

  it('says the same of files that are not open', async () => {
    await until('the closed file has its finding', () => diagnosticsOf(uriIn('api/src/routes/chat.js')).length === 1);
  });

  it('follows what is typed, saved or not', async () => {
    const document = await open('api/src/index.js');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "require('./services/forgotten');\n");
    await vscode.workspace.applyEdit(edit);
    await until('the typed import is underlined', () => diagnosticsOf(document.uri).length === 3);
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('undo');
    await until('it is gone again', () => diagnosticsOf(document.uri).length === 2);
  });

  it('tells on hover where an import leads in each tree', async () => {
    const document = await open('api/src/index.js');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(0, 30),
    );
    const text = hovers
      .flatMap((hover) => hover.contents)
      .map((content) => (content instanceof vscode.MarkdownString ? content.value : ''))
      .join('\n');
    assert.match(text, /here \| \*\*nothing\*\*/);
    assert.match(text, /on production \| `src\/db\/connection\.js`/);
  });
});
