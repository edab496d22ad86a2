import { MarkupKind } from 'vscode-languageserver/node';
import type {
  CancellationToken,
  DocumentLink,
  DocumentLinkParams,
  Hover,
  HoverParams,
  Position,
  Range,
} from 'vscode-languageserver/node';
import type { Trace } from '../core/link/finding.ts';
import { below } from '../core/tree/path.ts';
import { uriOf } from './diagnostics.ts';
import type { FollowedLink } from './graph.ts';
import { placeOf } from './live-diagnostics.ts';
import type { Session } from './session.ts';

/** Where a specifier leads here, on production, and after a deploy. */
export async function hover(session: Session, params: HoverParams, token: CancellationToken): Promise<Hover | null> {
  const { graph, look } = session;
  const place = placeOf(session, params.textDocument.uri);
  if (graph === undefined || look === undefined || place === undefined) return null;
  const link = (await graph.follow(place.local, token)).find(({ text }) => holds(text.range, params.position));
  if (link === undefined) return null;
  const value = hoverText(link, {
    target: session.target?.name ?? 'production',
    takenAt: look.audit.takenAt,
    ...graph.seed,
  });
  return { range: link.text.range, contents: { kind: MarkupKind.Markdown, value } };
}

/** Where one import leads in each tree, as Markdown. Paths are shown relative to the folder here and to the root there. */
export function hoverText(
  link: Pick<FollowedLink, 'here' | 'there' | 'after'>,
  where: { readonly target: string; readonly takenAt: string; readonly folder: string; readonly root: string },
): string {
  return [
    `**${where.target}** as of ${where.takenAt.slice(0, 16).replace('T', ' ')} UTC`,
    '',
    '| | |',
    '|---|---|',
    `| here | ${outcome(link.here, where.folder)} |`,
    `| on production | ${outcome(link.there, where.root)} |`,
    `| after a deploy | ${outcome(link.after, where.root)} |`,
  ].join('\n');
}

/** Each specifier leads to its file here or, where only production has one, to that. */
export async function documentLinks(
  session: Session,
  params: DocumentLinkParams,
  token: CancellationToken,
): Promise<DocumentLink[]> {
  const { graph } = session;
  const place = placeOf(session, params.textDocument.uri);
  if (graph === undefined || place === undefined) return [];
  const links = await graph.follow(place.local, token);
  return links.flatMap((link) => documentLink(link, graph.seed.root) ?? []);
}

/** `undefined` where an import leads to no file that could be opened. */
export function documentLink(
  { text, here, there }: Pick<FollowedLink, 'here' | 'there'> & { readonly text: { readonly range: Range } },
  root: string,
): DocumentLink | undefined {
  if (here.outcome.kind === 'file') {
    return { range: text.range, target: uriOf(here.outcome.path), tooltip: 'Open the file' };
  }
  const path = there.outcome.kind === 'file' ? below(root, there.outcome.path) : undefined;
  if (path === undefined) return undefined;
  const target = `driftline-production:/${path.split('/').map(encodeURIComponent).join('/')}`;
  return { range: text.range, target, tooltip: "Open production's file" };
}

function outcome(trace: Trace, base: string): string {
  switch (trace.outcome.kind) {
    case 'file':
      return code(below(base, trace.outcome.path) ?? trace.outcome.path);
    case 'builtin':
      return `${code(trace.outcome.name)}, part of Node`;
    case 'missing':
      return '**nothing**';
    case 'unreadable':
      return `not known: ${code(trace.outcome.path)} could not be read`;
    case 'unknown':
      return 'not known yet';
  }
}

/** Names come from production: no markup of theirs may act here. */
function code(text: string): string {
  return `\`${text.replace(/[`|\r\n]/g, ' ')}\``;
}

function holds(range: Range, position: Position): boolean {
  const { start, end } = range;
  return (
    position.line === start.line &&
    position.line === end.line &&
    position.character >= start.character &&
    position.character <= end.character
  );
}
