import * as vscode from 'vscode';
import type { SessionState } from '../server/protocol.ts';
import { age } from './drift-view.ts';
import type { Session } from './session.ts';

const { t } = vscode.l10n;

/** The one item in the status bar: the drift's count, and on hover its state in words. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('driftline.status', vscode.StatusBarAlignment.Left, 10);
  readonly #listening: vscode.Disposable;

  constructor(session: Session) {
    this.#item.name = 'Driftline';
    this.#item.command = 'driftline.drift.focus';
    this.#listening = session.onStateChanged((state) => this.#show(state));
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  #show(state: SessionState): void {
    if (state.phase === 'noConfig') {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(server-process) ${shortly(state)}`;
    this.#item.tooltip = inWords(state);
    this.#item.accessibilityInformation = { label: `Driftline: ${inWords(state)}` };
    this.#item.show();
  }
}

function shortly(state: SessionState): string {
  const name = state.target?.name ?? 'Driftline';
  switch (state.phase) {
    case 'drift':
      return `${name}: ${state.counts.differing}`;
    case 'inSync':
      return t('{0}: in sync', name);
    case 'looking':
      return t('{0}: looking…', name);
    case 'failed':
    case 'hostKey':
    case 'badConfig':
      return `${name}: $(warning)`;
    case 'noConfig':
    case 'untrusted':
    case 'notConnected':
      return name;
  }
}

function inWords(state: SessionState): string {
  const looked = t('Production was looked at: {0}.', age(state));
  switch (state.phase) {
    case 'drift':
      return `${state.summary ?? ''}. ${t('{0} only on production, {1} of them needed by code.', state.counts.productionOnly, state.counts.needed)} ${looked}`;
    case 'inSync':
      return `${t('The workspace and production are the same.')} ${looked}`;
    case 'looking':
      return t('Looking at production.');
    case 'failed':
    case 'hostKey':
    case 'badConfig':
      return [state.failure?.message, state.failure?.remedy].filter((part) => part !== undefined).join(' ');
    case 'untrusted':
      return t('Nothing connects in an untrusted workspace.');
    case 'notConnected':
      return t('Not connected yet.');
    case 'noConfig':
      return t('No driftline.json in this workspace.');
  }
}
