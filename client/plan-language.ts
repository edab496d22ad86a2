import * as vscode from 'vscode';
import { readPlan } from './plan-lines.ts';
import type { Papers } from './virtual-documents.ts';

const { t } = vscode.l10n;

const PLANS: vscode.DocumentSelector = { language: 'driftline-plan' };

/** Outline, folding, links to each file's difference and what can be done next, in a plan's document. */
export class PlanLanguage
  implements
    vscode.DocumentSymbolProvider,
    vscode.FoldingRangeProvider,
    vscode.DocumentLinkProvider,
    vscode.CodeLensProvider,
    vscode.Disposable
{
  readonly #changed = new vscode.EventEmitter<void>();
  /** A new plan in the same page may offer other steps at once, not only when VS Code looks at its text again. */
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #registrations = vscode.Disposable.from(
    vscode.languages.registerDocumentSymbolProvider(PLANS, this),
    vscode.languages.registerFoldingRangeProvider(PLANS, this),
    vscode.languages.registerDocumentLinkProvider(PLANS, this),
    vscode.languages.registerCodeLensProvider(PLANS, this),
  );

  readonly #listening: vscode.Disposable;

  constructor(readonly papers: Papers) {
    this.#listening = papers.onDidChange(() => this.#changed.fire());
  }

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    return readPlan(document.getText()).headings.map(({ line, last, title }) => {
      const whole = new vscode.Range(line, 0, last, document.lineAt(last).text.length);
      return new vscode.DocumentSymbol(title, '', vscode.SymbolKind.String, whole, document.lineAt(line).range);
    });
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    return readPlan(document.getText())
      .headings.filter(({ line, last }) => last > line)
      .map(({ line, last }) => new vscode.FoldingRange(line, last, vscode.FoldingRangeKind.Region));
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    return readPlan(document.getText()).operations.map(({ line, start, path }) => {
      const words = encodeURIComponent(JSON.stringify([path]));
      const link = new vscode.DocumentLink(
        new vscode.Range(line, start, line, start + path.length),
        vscode.Uri.parse(`command:driftline.compareWithProduction?${words}`, true),
      );
      link.tooltip = t('Compare with Production');
      return link;
    });
  }

  /** Only on a plan of this session: of an older one nobody knows any more whether it can be carried out. Each action plans anew, with the same deletions. */
  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const plan = this.papers.planOf(document.uri);
    if (plan === undefined) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    return [
      ...(plan.deployable ? [{ command: 'driftline.deploy', title: t('Deploy…'), arguments: [plan.deletions] }] : []),
      ...(plan.pullHelps ? [{ command: 'driftline.pullAllMissing', title: t('Pull All Missing') }] : []),
      ...plan.offersToDelete.map((path) => ({
        command: 'driftline.showPlan',
        title: t('Delete {0} Too', path),
        arguments: [[...plan.deletions, path]],
      })),
      { command: 'driftline.showPlan', title: t('Plan Again'), arguments: [plan.deletions] },
    ].map((command) => new vscode.CodeLens(top, command));
  }

  dispose(): void {
    this.#listening.dispose();
    this.#registrations.dispose();
    this.#changed.dispose();
  }
}
