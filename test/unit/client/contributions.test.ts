import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../client/commands/commands.ts';
import { GroupNode, ItemNode, treeItem } from '../../../client/drift-view.ts';
import { VERDICTS } from '../../../server/core/link/finding.ts';
import { LOUDNESS } from '../../../server/lsp/severities.ts';
import type { DriftGroupId, DriftItem, Phase } from '../../../server/protocol.ts';

vi.mock('vscode', () => import('./vscode-stand-in.ts'));

const top = path.resolve(import.meta.dirname, '../../..');
const text = (name: string): string => readFileSync(path.join(top, name), 'utf8');

interface Item {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          { readonly properties: Readonly<Record<string, { readonly enum: unknown; readonly default: unknown }>> }
        >
      >;
    };
    readonly menus: Readonly<Record<string, readonly Item[]>>;
  };
}

const { contributes } = JSON.parse(text('package.json')) as Manifest;
const words = JSON.parse(text('package.nls.json')) as Readonly<Record<string, string>>;
const contributed = contributes.commands.map(({ command }) => command);
const menuItems = Object.entries(contributes.menus).flatMap(([menu, items]) =>
  items.map((item) => ({ menu, ...item, when: item.when ?? '' })),
);

/** Both lists are written out by type, so that a new member cannot be forgotten. */
const GROUPS: Readonly<Record<DriftGroupId, true>> = {
  needed: true,
  productionOnly: true,
  hotfix: true,
  conflict: true,
  otherKind: true,
  changedThere: true,
  unreadable: true,
  toDeploy: true,
};
const PHASES: Readonly<Record<Phase, true>> = {
  noConfig: true,
  badConfig: true,
  untrusted: true,
  notConnected: true,
  looking: true,
  hostKey: true,
  failed: true,
  inSync: true,
  drift: true,
};

/** What may be done before the workspace is trusted: nothing of it connects or runs a command of the configuration. */
const WITHOUT_TRUST = [
  'driftline.chooseTarget',
  'driftline.copyPath',
  'driftline.explainVerdict',
  'driftline.init',
  'driftline.openConfig',
  'driftline.revealInExplorer',
];

function contextValues(): string[] {
  const groups = Object.keys(GROUPS) as DriftGroupId[];
  const item: DriftItem = { path: 'a.js', uri: 'file:///a.js', kind: 'x', here: true, there: true, why: '' };
  const sides = [{ ...item, here: false }, { ...item, there: false }, { ...item }];
  const nodes = groups.flatMap((id) => [
    new GroupNode({ id, items: [] }),
    ...sides.map((side) => new ItemNode(side, id)),
  ]);
  return nodes.map((node) => treeItem(node).contextValue ?? '');
}

describe('the commands of package.json', () => {
  it('are the ones that the code carries out', () => {
    expect([...contributed].sort()).toEqual(Object.keys(COMMANDS).sort());
  });

  it('have a title that is said in package.nls.json, and our name before it in the palette', () => {
    for (const { command, title, category } of contributes.commands) {
      expect(title, command).toBe(`%${command}%`);
      expect(category, command).toBe('Driftline');
    }
  });

  it('say that they need trust, all but those that connect to nothing', () => {
    const free = contributes.commands.filter(({ enablement }) => enablement !== 'isWorkspaceTrusted');
    expect(free.map(({ command }) => command).sort()).toEqual(WITHOUT_TRUST);
  });
});

describe('the words of package.json', () => {
  it('are all in package.nls.json, and nothing else is', () => {
    const used = [...text('package.json').matchAll(/"%([^%"]+)%"/g)].map((match) => match[1] ?? '');
    expect([...new Set(used)].sort()).toEqual(Object.keys(words).sort());
  });

  it('call only commands that are there', () => {
    const called = Object.values(words).flatMap((word) =>
      [...word.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] ?? ''),
    );
    const ours = called.filter((command) => command.startsWith('driftline.'));
    expect(ours.length).toBeGreaterThan(0);
    for (const command of ours) expect(contributed).toContain(command);
  });
});

describe('the settings of package.json', () => {
  const { properties } = contributes.configuration;

  it('know each verdict with its own severity, and the severities that the server reads', () => {
    const codes = Object.entries(properties['driftline.severity']?.properties ?? {});
    expect(Object.fromEntries(codes.map(([code, each]) => [code, each.default]))).toEqual(VERDICTS);
    for (const [code, each] of codes) expect(each.enum, code).toEqual(LOUDNESS);
  });
});

describe('the menus of package.json', () => {
  it('hold only commands and views that are there', () => {
    const views = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
    for (const { menu, command, when } of menuItems) {
      expect(contributed, menu).toContain(command);
      for (const [, view] of when.matchAll(/\bview == ([\w.]+)/g)) expect(views, menu).toContain(view);
    }
    for (const { view } of contributes.viewsWelcome) expect(views).toContain(view);
  });

  it.each([
    ['driftline.pull', ['there', 'therehere']],
    ['driftline.compareWithProduction', ['there', 'here', 'therehere']],
    ['driftline.revealInExplorer', ['here', 'therehere']],
    ['driftline.copyPath', ['there', 'here', 'therehere']],
    ['driftline.compareGroup', []],
  ])('offer %s on files that have what it needs', (command, wanted) => {
    const patterns = menuItems
      .filter((item) => item.command === command && item.when.includes('viewItem'))
      .map(({ when }) => new RegExp(/viewItem =~ \/(.+)\//.exec(when)?.[1] ?? ''));
    expect(patterns.length).toBeGreaterThan(0);
    // "there" ends with "here", which is easily forgotten.
    for (const pattern of patterns)
      expect(['there', 'here', 'therehere'].filter((value) => pattern.test(value))).toEqual(wanted);
  });

  it('ask for rows as the drift view makes them', () => {
    const values = contextValues();
    const asked = menuItems.flatMap(({ menu, command, when }) =>
      [...when.matchAll(/\bviewItem (?:=~ \/(?<pattern>(?:\\.|[^/])+)\/|== (?<value>\S+))/g)].map(({ groups }) => ({
        where: `${menu}: ${command}`,
        pattern: new RegExp(groups?.['pattern'] ?? `^${groups?.['value'] ?? ''}$`),
      })),
    );
    expect(asked.length).toBe(menuItems.filter(({ when }) => when.includes('viewItem')).length);
    for (const { where, pattern } of asked) {
      expect(
        values.some((value) => pattern.test(value)),
        `${where} ${pattern}`,
      ).toBe(true);
    }
    // Each way of naming groups names only groups that there are.
    for (const { where, pattern } of asked) {
      const named = /group\\\.\((?<names>[^)]+)\)/.exec(pattern.source)?.groups?.['names'] ?? '';
      for (const name of named.split('|').filter((part) => part !== '')) {
        expect(values, where).toContain(`group.${name}`);
      }
    }
  });

  it('and the welcome views ask for phases that the session has', () => {
    const conditions = [...menuItems, ...contributes.viewsWelcome].map(({ when }) => when);
    const phases = conditions.flatMap((when) =>
      [...when.matchAll(/driftline\.phase (?:=~ \/\^\(([\w|]+)\)\$\/|== (\w+))/g)].flatMap((match) =>
        (match[1] ?? match[2] ?? '').split('|'),
      ),
    );
    expect(phases.length).toBeGreaterThan(0);
    for (const phase of phases) expect(Object.keys(PHASES)).toContain(phase);
  });
});
