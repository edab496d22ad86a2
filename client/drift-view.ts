import * as vscode from 'vscode';
import type { DriftGroupId, DriftItem, DriftView, Problem, SessionState } from '../server/protocol.ts';
import type { Session } from './session.ts';

const { t } = vscode.l10n;

type Group = DriftView['groups'][number];

export class GroupNode {
  constructor(readonly group: Group) {}
}

export class ItemNode {
  constructor(
    readonly item: DriftItem,
    readonly of: DriftGroupId,
  ) {}
}

/** What a person can do where production could not be looked at. */
export class StepNode {
  constructor(
    readonly title: string,
    readonly command: string,
    readonly icon: string,
  ) {}
}

export type DriftNode = GroupNode | ItemNode | StepNode;

/**
 * The drift, grouped by what it means; what was seen last stays where production cannot be looked at now. Empty while there is nothing to
 * show: then a welcome view says why. A failure's own words stand above the tree, where VS Code hides the welcome view, so that the ways
 * out are rows.
 */
export class DriftTree implements vscode.TreeDataProvider<DriftNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<DriftNode>;
  readonly #listening: vscode.Disposable;

  constructor(readonly session: Session) {
    this.#view = vscode.window.createTreeView('driftline.drift', {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.#listening = session.onStateChanged((state) => this.#show(state));
  }

  async getChildren(node?: DriftNode): Promise<DriftNode[]> {
    if (node !== undefined)
      return node instanceof GroupNode ? node.group.items.map((item) => new ItemNode(item, node.group.id)) : [];
    const { takenAt, phase } = this.session.state;
    if (takenAt === undefined) return phase === 'failed' ? waysOut() : [];
    const { groups } = await this.session.ask('driftline/drift', {});
    return groups.map((group) => new GroupNode(group));
  }

  getTreeItem(node: DriftNode): vscode.TreeItem {
    return treeItem(node);
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.#listening.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #show(state: SessionState): void {
    this.#view.description = state.target === undefined ? '' : [state.target.name, age(state)].join(' · ');
    this.#view.message = messageOf(state);
    this.#view.badge =
      state.counts.differing === 0
        ? undefined
        : {
            value: Math.min(state.counts.differing, 99),
            tooltip: t('{0} files differ from production', state.counts.differing),
          };
    this.#changed.fire(undefined);
  }
}

function waysOut(): StepNode[] {
  return [
    new StepNode(t('Try Again'), 'driftline.refresh', 'refresh'),
    new StepNode(t('Open Config'), 'driftline.openConfig', 'gear'),
  ];
}

/** What stands above the tree. Where it says nothing and the tree is empty, VS Code shows the welcome view. */
export function messageOf(state: SessionState): string {
  const { phase, failure, summary, takenAt } = state;
  const known = takenAt === undefined || phase === 'inSync' ? [] : [summary, seen(state)];
  if (phase === 'failed') return [sentencesOf(failure), ...known].join(' · ');
  if (phase === 'hostKey' && known.length > 0)
    return [t("The host's key has not been accepted, so this is what was seen last."), ...known].join(' · ');
  return known.join(' · ');
}

/** A fingerprint or a path as one word would make the message wider than the view, and all its lines cut off. */
function sentencesOf(failure: Problem | undefined): string {
  const words = [failure?.message, failure?.remedy].filter((part) => part !== undefined).join(' ');
  return words.replace(/\S{20}(?=\S)/g, '$&\u200b');
}

/** A moment, not an age: the view is not drawn again as time goes by. */
function seen(state: SessionState): string {
  if (state.takenAt === undefined) return t('never looked at');
  const at = new Date(state.takenAt);
  const today = at.toDateString() === new Date().toDateString();
  return t('seen {0}', today ? at.toLocaleTimeString([], { timeStyle: 'short' }) : at.toLocaleString());
}

/** When production was last looked at, as a person says it. */
export function age(state: SessionState): string {
  if (state.takenAt === undefined) return t('never looked at');
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(state.takenAt)) / 60_000));
  if (minutes < 2) return t('just now');
  if (minutes < 120) return t('{0} minutes ago', minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('{0} hours ago', hours) : t('{0} days ago', Math.round(hours / 24));
}

/** How the tree shows a node. Its `contextValue` is what the menus of package.json ask for by `viewItem`. */
export function treeItem(node: DriftNode): vscode.TreeItem {
  if (node instanceof GroupNode) return groupItem(node.group);
  return node instanceof ItemNode ? driftItem(node) : stepItem(node);
}

function stepItem({ title, command, icon: id }: StepNode): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon(id);
  item.command = { command, title };
  return item;
}

function groupItem(group: Group): vscode.TreeItem {
  const item = new vscode.TreeItem(groupTitle(group.id), vscode.TreeItemCollapsibleState.Expanded);
  item.id = group.id;
  item.description = String(group.items.length);
  item.contextValue = `group.${group.id}`;
  return item;
}

function driftItem(node: ItemNode): vscode.TreeItem {
  const { item: drift, of } = node;
  const slash = drift.path.lastIndexOf('/');
  const item = new vscode.TreeItem(drift.path.slice(slash + 1), vscode.TreeItemCollapsibleState.None);
  item.id = `${of}:${drift.path}`;
  item.description = [drift.path.slice(0, Math.max(0, slash)), drift.why].filter((part) => part !== '').join(' · ');
  item.tooltip = drift.why === '' ? drift.path : `${drift.path}\n${drift.why}`;
  item.iconPath = GROUP_ICONS[of];
  item.contextValue = `${drift.there ? 'there' : ''}${drift.here ? 'here' : ''}`;
  item.accessibilityInformation = { label: `${groupTitle(of)}: ${drift.path}, ${drift.why}` };
  item.command = {
    command: 'driftline.compareWithProduction',
    title: t('Compare with Production'),
    arguments: [node],
  };
  return item;
}

const icon = (id: string, color: string): vscode.ThemeIcon => new vscode.ThemeIcon(id, new vscode.ThemeColor(color));

/** Colours from the theme's own tokens, so that every theme has them right. */
const GROUP_ICONS: Readonly<Record<DriftGroupId, vscode.ThemeIcon>> = {
  needed: icon('error', 'problemsErrorIcon.foreground'),
  hotfix: icon('flame', 'problemsWarningIcon.foreground'),
  conflict: icon('warning', 'problemsWarningIcon.foreground'),
  otherKind: icon('warning', 'problemsWarningIcon.foreground'),
  changedThere: icon('cloud-download', 'gitDecoration.modifiedResourceForeground'),
  toDeploy: icon('cloud-upload', 'gitDecoration.addedResourceForeground'),
  productionOnly: icon('cloud', 'gitDecoration.untrackedResourceForeground'),
  unreadable: icon('question', 'disabledForeground'),
};

function groupTitle(id: DriftGroupId): string {
  switch (id) {
    case 'needed':
      return t('Needed, only on production');
    case 'hotfix':
      return t('Hotfixes on production');
    case 'conflict':
      return t('Changed on both sides');
    case 'otherKind':
      return t('Another kind or spelling on production');
    case 'changedThere':
      return t('Changed on production');
    case 'toDeploy':
      return t('To be deployed');
    case 'productionOnly':
      return t('Only on production');
    case 'unreadable':
      return t('Could not be read');
  }
}
