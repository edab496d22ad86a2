import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { answering, diagnosticsOf, extension, open, until, uriIn } from './support.ts';

describe('a workspace whose production is a folder of this machine', () => {
  it('activates and starts its server', async () => {
    await extension().activate();
    const commands = await vscode.commands.getCommands(true);
    const { contributes } = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    for (const { command } of contributes.commands) assert.ok(commands.includes(command), command);
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

  it('shows each code as loudly as the settings say, at once', async () => {
    const document = await open('api/src/index.js');
    const settings = vscode.workspace.getConfiguration('driftline');
    const severities = (): vscode.DiagnosticSeverity[] =>
      vscode.languages
        .getDiagnostics(document.uri)
        .filter((diagnostic) => diagnostic.source === 'driftline')
        .map((diagnostic) => diagnostic.severity);
    const set = async (value: string | undefined): Promise<void> => {
      const severity = value === undefined ? undefined : { 'production-only-import': value };
      await settings.update('severity', severity, vscode.ConfigurationTarget.Global);
    };
    try {
      await set('hint');
      await until('both are hints', () => severities().every((each) => each === vscode.DiagnosticSeverity.Hint));
      assert.equal(severities().length, 2);
      await set('none');
      await until('none is shown', () => severities().length === 0);
    } finally {
      await set(undefined);
    }
    await until('both are errors again', () => severities().length === 2);
    assert.deepEqual(new Set(severities()), new Set([vscode.DiagnosticSeverity.Error]));
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

  it("leads to the file here, else to production's own, from the specifier and from the squiggle", async () => {
    const document = await open('api/src/index.js');
    const definitions = async (line: number): Promise<string[]> => {
      const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        new vscode.Position(line, 30),
      );
      return found.map((place) => ('targetUri' in place ? place.targetUri : place.uri).toString());
    };
    // TypeScript adds the file that it would expect here.
    assert.ok((await definitions(0)).includes('driftline-production:/src/db/connection.js'));
    assert.ok((await definitions(2)).includes(uriIn('api/src/routes/health.js').toString()));
    const first = vscode.languages.getDiagnostics(document.uri).find(({ source }) => source === 'driftline');
    assert.deepEqual(
      first?.relatedInformation?.map(({ location }) => location.uri.toString()),
      ['driftline-production:/src/db/connection.js'],
    );
  });

  it('offers to pull a file with what it needs, and everything that is missing', async () => {
    const document = await open('api/src/index.js');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 30, 0, 30),
      vscode.CodeActionKind.QuickFix.value,
    );
    assert.deepEqual(
      actions.map((action) => action.title).filter((title) => title.startsWith('Pull')),
      ['Pull src/db/connection.js and what it needs from production', 'Pull all 3 missing files from production'],
    );
  });

  it("shows production's file, read-only, beside the one here", async () => {
    await vscode.commands.executeCommand('driftline.compareWithProduction', uriIn('api/src/index.js'));
    const there = (): vscode.TextDocument | undefined =>
      vscode.workspace.textDocuments.find((document) => document.uri.scheme === 'driftline-production');
    await until('both sides are open', () => there() !== undefined);
    assert.match(there()?.getText() ?? '', /module\.exports = \{ connection \}/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('shows a plan with an outline, links to the differences, and what can be done next', async () => {
    await answering([], async () => {
      await vscode.commands.executeCommand('driftline.showPlan');
    });
    const uri = vscode.window.activeTextEditor?.document.uri;
    assert.equal(uri?.scheme, 'driftline-paper');
    const outline = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    assert.equal(outline[0]?.name, 'Deploy to production');
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', uri);
    const targets = links.map(({ target }) => decodeURIComponent(target?.toString() ?? ''));
    assert.ok(targets.includes('command:driftline.compareWithProduction?["src/index.js"]'), targets.join('\n'));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    assert.deepEqual(
      lenses.map(({ command }) => command?.title),
      ['Pull All Missing', 'Plan Again'],
    );
    await vscode.commands.executeCommand('driftline.compareWithProduction', 'src/index.js');
    await until(
      'the difference is shown',
      () => vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('index.js (production') === true,
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('pulls only after a yes', async () => {
    const pull = (answers: readonly string[]): Promise<string[]> =>
      answering(answers, async () => {
        await vscode.commands.executeCommand('driftline.pull', ['src/services/freeswitch.js']);
      });
    assert.deepEqual(await pull([]), ['Pull one file from production?']);
    await assert.rejects(async () => vscode.workspace.fs.stat(uriIn('api/src/services/freeswitch.js')));
    assert.deepEqual(await pull(['Pull']), ['Pull one file from production?', 'Pulled src/services/freeswitch.js.']);
    const document = await open('api/src/index.js');
    await until('its finding is gone', () => diagnosticsOf(document.uri).length === 1);
  });

  it('offers to deploy, in the same page, once nothing stands against a plan', async () => {
    await answering(['Pull'], async () => {
      await vscode.commands.executeCommand('driftline.pullAllMissing');
    });
    await vscode.commands.executeCommand('driftline.showPlan');
    const uri = vscode.window.activeTextEditor?.document.uri;
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    assert.deepEqual(
      lenses.map(({ command }) => command?.title),
      ['Deploy…', 'Plan Again'],
    );
  });

  it('offers the deletion of what production keeps and should not, and plans it when that is chosen', async () => {
    const production = vscode.Uri.file(path.join(process.env['DRIFTLINE_TEST_ROOT'] ?? '', 'src/tones.js'));
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    await vscode.workspace.fs.writeFile(production, bytes('exports.old = 1;\n'));
    await vscode.workspace.fs.writeFile(uriIn('api/src/tones/index.js'), bytes('exports.fresh = 1;\n'));
    await vscode.workspace.fs.writeFile(uriIn('api/src/ring.js'), bytes("require('./tones');\n"));
    await vscode.commands.executeCommand('driftline.refresh');
    const ring = await open('api/src/ring.js');
    await until('it is shadowed', () => diagnosticsOf(ring.uri).includes('shadowed-on-production:1'));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      ring.uri,
      new vscode.Range(0, 10, 0, 10),
    );
    const deletion = actions.find(({ title }) => title === 'Plan a deploy that deletes src/tones.js on production');
    assert.ok(deletion?.command, actions.map(({ title }) => title).join(', '));
    await vscode.commands.executeCommand('driftline.showPlan');
    const lensesOf = async (): Promise<(string | undefined)[]> => {
      const uri = vscode.window.activeTextEditor?.document.uri;
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.map(({ command }) => command?.title);
    };
    assert.deepEqual(await lensesOf(), ['Delete src/tones.js Too', 'Plan Again']);
    const words: unknown[] = deletion.command.arguments ?? [];
    await vscode.commands.executeCommand(deletion.command.command, ...words);
    await until('the page shows the new plan', () =>
      /^- src\/tones\.js {2}/m.test(vscode.window.activeTextEditor?.document.getText() ?? ''),
    );
    assert.deepEqual(await lensesOf(), ['Deploy…', 'Plan Again']);
    for (const uri of [production, uriIn('api/src/tones'), uriIn('api/src/ring.js')]) {
      await vscode.workspace.fs.delete(uri, { recursive: true });
    }
    await vscode.commands.executeCommand('driftline.refresh');
  });

  it('says what is wrong in driftline.json at its line, once', async () => {
    const document = await open('driftline.json');
    const whole = document.getText();
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), whole.replace('"root"', '"rot"'));
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const problems = (): string[] =>
      vscode.languages.getDiagnostics(document.uri).map((diagnostic) => diagnostic.message);
    await until('it is said', () => problems().some((message) => message.includes('rot')));
    assert.equal(problems().filter((message) => message.includes('rot')).length, 1, problems().join('\n'));
  });
});
