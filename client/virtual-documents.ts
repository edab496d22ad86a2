import * as vscode from 'vscode';
import { PRODUCTION_SCHEME } from '../server/protocol.ts';
import type { PlanReport } from '../server/protocol.ts';
import type { Session } from './session.ts';

/** Plans and reports: text that lies nowhere on disk. */
export const PAPER_SCHEME = 'driftline-paper';

export function productionUri(path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: PRODUCTION_SCHEME, path: `/${path}` });
}

/** Gives the text of production's files to editors and diffs, always the current one. */
export class ProductionDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #listening: vscode.Disposable;
  #takenAt: string | undefined;

  constructor(readonly session: Session) {
    this.#listening = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(PRODUCTION_SCHEME, this),
      session.onStateChanged((state) => {
        if (state.takenAt === this.#takenAt) return;
        this.#takenAt = state.takenAt;
        for (const document of vscode.workspace.textDocuments) {
          if (document.uri.scheme === PRODUCTION_SCHEME) this.#changed.fire(document.uri);
        }
      }),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    // Empty stands for "not on that side" in a diff.
    if (uri.query === 'absent') return '';
    const content = await this.session.ask('driftline/content', { path: uri.path.slice(1) }, token);
    return content.kind === 'text' ? content.text : vscode.l10n.t('This file cannot be shown: {0}.', content.reason);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }
}

/** Plans and reports in read-only editors; a new text under the same title replaces the old one. */
export class Papers implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #plans = new Map<string, PlanReport>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(PAPER_SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? vscode.l10n.t('This page belongs to an earlier session. Make it again.');
  }

  /** The plan that this page shows, if it is one of this session. */
  planOf(uri: vscode.Uri): PlanReport | undefined {
    return uri.scheme === PAPER_SCHEME ? this.#plans.get(uri.path) : undefined;
  }

  async show(title: string, text: string, plan?: PlanReport): Promise<void> {
    const uri = vscode.Uri.from({ scheme: PAPER_SCHEME, path: `/${title.replaceAll('/', '-')}` });
    this.#texts.set(uri.path, text);
    if (plan !== undefined) this.#plans.set(uri.path, plan);
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: false, preserveFocus: false });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
