import { CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { Diagnostic, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ConfigProblem } from '../config/config.ts';
import { join } from '../core/tree/path.ts';
import { configDiagnostic, fileOf, toDiagnostic, uriOf } from './diagnostics.ts';
import type { DiagnosticBoard, Looked, Manner } from './diagnostics.ts';
import type { LookResult } from './engine.ts';
import { asResponseError } from './failures.ts';
import type { Graph } from './graph.ts';
import type { Session } from './session.ts';

/** Keeps the diagnostics true: an open document's from its text as it is now, the workspace's from the last look. */
export class LiveDiagnostics {
  readonly #running = new Map<string, CancellationTokenSource>();
  #configs = new Map<string, Diagnostic[]>();

  constructor(
    readonly session: Session,
    readonly documents: TextDocuments<TextDocument>,
    readonly board: DiagnosticBoard,
    readonly tell: (error: unknown) => void,
    readonly manner: () => Manner,
  ) {
    documents.onDidChangeContent(({ document }) => this.#judge(document));
    documents.onDidClose(({ document }) => this.#close(document));
  }

  /** Has a new graph learn all that open documents will ask it; what fails there will fail, and be told, when it is asked. */
  async prepare(graph: Graph): Promise<void> {
    const asked = this.documents.all().map(async (document) => {
      const place = placeOf(this.session, document.uri, graph);
      if (place === undefined) return;
      await graph.edit(place.path, document.getText());
      await Promise.all([graph.judge(place.local, CancellationToken.None), this.session.reachOf(place.local)]);
    });
    await Promise.allSettled(asked);
  }

  /** Everything that rests on production, on other files or on settings is said again. */
  lookChanged(): void {
    const look = this.session.look;
    this.#publishWorkspace();
    for (const document of this.documents.all()) {
      if (look !== undefined) this.#judge(document);
      else this.board.close(document.uri);
    }
  }

  configsChanged(problems: readonly ConfigProblem[]): void {
    this.#configs = new Map();
    for (const problem of problems) {
      // Our client says by itself what the schema says; twice the same sentence helps nobody.
      if (problem.bySchema && this.manner().ours) continue;
      const uri = uriOf(problem.file);
      this.#configs.set(uri, [...(this.#configs.get(uri) ?? []), configDiagnostic(problem)]);
    }
    this.#publishWorkspace();
  }

  #publishWorkspace(): void {
    const byUri = new Map(this.#configs);
    const look = this.session.look;
    for (const finding of look?.check.findings ?? []) {
      if (look === undefined || finding.file.tree !== 'local') continue;
      const uri = this.session.uriOfLocal(finding.file.path);
      const diagnostic = toDiagnostic(finding, this.#lookedBy(look), this.manner());
      if (diagnostic !== undefined) byUri.set(uri, [...(byUri.get(uri) ?? []), diagnostic]);
    }
    this.board.setWorkspace(byUri);
  }

  #judge(document: TextDocument): void {
    this.#running.get(document.uri)?.cancel();
    const source = new CancellationTokenSource();
    this.#running.set(document.uri, source);
    this.#judgeText(document, source)
      .catch((error: unknown) => {
        if (!source.token.isCancellationRequested) this.tell(asResponseError(error));
      })
      .finally(() => {
        if (this.#running.get(document.uri) === source) this.#running.delete(document.uri);
        source.dispose();
      });
  }

  async #judgeText(document: TextDocument, source: CancellationTokenSource): Promise<void> {
    const { graph, look } = this.session;
    const place = placeOf(this.session, document.uri);
    if (graph === undefined || look === undefined || place === undefined) return;
    if (await graph.edit(place.path, document.getText())) {
      for (const other of this.documents.all()) if (other !== document) this.#judge(other);
    }
    const [findings, reach] = await Promise.all([
      graph.judge(place.local, source.token),
      this.session.reachOf(place.local),
    ]);
    if (source.token.isCancellationRequested || graph !== this.session.graph) return;
    // What rests on whole files, not on links, the last look said.
    const others = look.check.findings.filter(
      (finding) =>
        finding.file.tree === 'local' &&
        finding.file.path === place.local &&
        (finding.code === 'hotfix-overwritten' || finding.code === 'breaks-production'),
    );
    this.board.setOpen(
      document.uri,
      [...findings.map((finding) => (reach === undefined ? finding : { ...finding, reach })), ...others].flatMap(
        (finding) => toDiagnostic(finding, this.#lookedBy(look), this.manner()) ?? [],
      ),
    );
  }

  #lookedBy(look: LookResult): Looked {
    const uriOfLocal = (path: string): string => this.session.uriOfLocal(path);
    return { takenAt: look.check.takenAt, root: look.seed.root, uriOfLocal };
  }

  #close(document: TextDocument): void {
    this.#running.get(document.uri)?.cancel();
    const place = placeOf(this.session, document.uri);
    if (place !== undefined) this.session.graph?.close(place.path);
    this.board.close(document.uri);
  }
}

/** A managed module's path relative to the config's folder, and its absolute one in the graph's local tree. */
export function placeOf(
  session: Session,
  uri: string,
  graph = session.graph,
): { readonly local: string; readonly path: string } | undefined {
  const file = fileOf(uri);
  const local = file === undefined ? undefined : session.inConfigFolder(file);
  if (local === undefined || graph === undefined) return undefined;
  const path = join(graph.seed.folder, local);
  return graph.moduleOf(path) === undefined ? undefined : { local, path };
}
