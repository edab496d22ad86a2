import * as vscode from 'vscode';
import type { Surroundings } from './command.ts';

const { t } = vscode.l10n;

/** Picks the target that everything is shown for. */
export async function chooseTarget(around: Surroundings): Promise<void> {
  const { targets } = await around.session.ask('driftline/targets', {});
  if (targets.length === 0) {
    const open = t('Open Config');
    const picked = await vscode.window.showWarningMessage(
      t('There is no target to choose: this workspace has no driftline.json that can be used.'),
      open,
    );
    if (picked === open) await openConfig(around);
    return;
  }
  const picked = await vscode.window.showQuickPick(
    targets.map((target) => ({
      label: target.chosen ? `$(check) ${target.name}` : target.name,
      description: target.host,
      detail: `${target.root} · ${target.configPath}`,
      id: target.id,
    })),
    { title: t('Show which target?'), placeHolder: t('Targets of the driftline.json files in this workspace') },
  );
  if (picked !== undefined) await around.session.ask('driftline/chooseTarget', { id: picked.id });
}

/** Opens the chosen target's configuration, or the only one there is. */
export async function openConfig(around: Surroundings): Promise<void> {
  const { targets } = await around.session.ask('driftline/targets', {});
  const chosen = targets.find((target) => target.chosen) ?? targets[0];
  const uri =
    chosen === undefined
      ? (await vscode.workspace.findFiles('**/driftline.json', '**/node_modules/**', 1))[0]
      : vscode.Uri.parse(chosen.config, true);
  if (uri === undefined) await init(around);
  else await vscode.window.showTextDocument(uri);
}

/** Writes a first `driftline.json` from a few questions, each with what the workspace suggests as its answer. */
export async function init(around: Surroundings): Promise<void> {
  const folder = await pickFolder();
  if (folder === undefined) return;
  const proposal = await around.session.ask('driftline/propose', { folder: folder.uri.toString() });

  const host = await pickHost(proposal.hosts);
  if (host === undefined) return;
  const root = await vscode.window.showInputBox({
    title: t('Where does the application lie on {0}?', host),
    prompt: t('The absolute path of its folder, the one that holds package.json.'),
    value: proposal.root ?? '',
    ignoreFocusOut: true,
    validateInput: (value) => (value.startsWith('/') ? undefined : t('An absolute path begins with /.')),
  });
  if (root === undefined) return;
  const pm2 = await vscode.window.showInputBox({
    title: t('Which PM2 process runs it?'),
    prompt: t('Its name in "pm2 list". Leave it empty where there is none.'),
    value: proposal.pm2 ?? '',
    ignoreFocusOut: true,
  });
  if (pm2 === undefined) return;
  const healthUrl = await vscode.window.showInputBox({
    title: t('Which address tells that it is well?'),
    prompt: t('As seen from the host, such as http://127.0.0.1:3000/health. A deploy without one is refused.'),
    ignoreFocusOut: true,
    validateInput: (value) => (value === '' || URL.canParse(value) ? undefined : t('This is no address.')),
  });
  if (healthUrl === undefined) return;

  const { uri } = await around.session.ask('driftline/init', {
    folder: folder.uri.toString(),
    host,
    root,
    map: proposal.map,
    ...(pm2 !== '' && { pm2 }),
    ...(healthUrl !== '' && { healthUrl }),
  });
  await vscode.window.showTextDocument(vscode.Uri.parse(uri, true));
}

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return vscode.window.showWorkspaceFolderPick();
  if (folders[0] === undefined) await vscode.window.showInformationMessage(t('Open a folder first.'));
  return folders[0];
}

async function pickHost(hosts: readonly string[]): Promise<string | undefined> {
  const other = t('Another host…');
  const picked = await vscode.window.showQuickPick(
    [
      ...hosts.map((host) => ({ label: host, description: t('from ~/.ssh/config') })),
      { label: other, description: '' },
      { label: 'local', description: t('a folder of this machine, for trying') },
    ],
    { title: t('Where does production run?') },
  );
  if (picked?.label !== other) return picked?.label;
  return vscode.window.showInputBox({ title: t('Where does production run?'), prompt: t('A host name or an alias.') });
}
