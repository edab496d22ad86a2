/** As much of `vscode` as the client's own code touches when it is loaded and draws, for unit tests. The real one judges the rest. */

export { URI as Uri } from 'vscode-uri';

/** What was asked of VS Code itself, to be looked at and emptied by a test. */
export const asked: unknown[][] = [];

export const commands = {
  executeCommand: (...words: unknown[]): Promise<void> => {
    asked.push(words);
    return Promise.resolve();
  },
};

export const env = {
  clipboard: {
    writeText: (text: string): Promise<void> => {
      asked.push(['clipboard', text]);
      return Promise.resolve();
    },
  },
};

export const l10n = {
  t: (text: string, ...parts: readonly (string | number)[]): string =>
    text.replace(/\{(\d+)\}/g, (whole, index: string) => String(parts[Number(index)] ?? whole)),
};

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

export enum TreeItemCollapsibleState {
  None,
  Collapsed,
  Expanded,
}

export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState: TreeItemCollapsibleState,
  ) {}
}
