import { MarkupKind } from 'vscode-languageserver/node';
import type {
  CancellationToken,
  DocumentLink,
  DocumentLinkParams,
  DefinitionParams,
  Hover,
  HoverParams,
  LocationLink,
  Position,
  Range,
} from 'vscode-languageserver/node';
import type { Trace } from '../core/link/finding.ts';
import { below } from '../core/tree/path.ts';
import { productionUri, uriOf } from './diagnostics.ts';
import type { Manner } from './diagnostics.ts';
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
  { ours }: Manner,
  token: CancellationToken,
): Promise<DocumentLink[]> {
  const { graph } = session;
  const place = placeOf(session, params.textDocument.uri);
  if (graph === undefined || place === undefined) return [];
  const links = await graph.follow(place.local, token);
  return links.flatMap((link) => {
    const place = placeOfLink(link, graph.seed.root, ours);
    if (place === undefined) return [];
    const tooltip = place.tree === 'local' ? 'Open the file' : "Open production's file";
    return [{ range: link.text.range, target: place.uri, tooltip }];
  });
}

/** A specifier is defined by the file that it leads to: the one here or, where only production has one, that. */
export async function definition(
  session: Session,
  params: DefinitionParams,
  { ours }: Manner,
  token: CancellationToken,
): Promise<LocationLink[]> {
  const { graph } = session;
  const place = placeOf(session, params.textDocument.uri);
  if (graph === undefined || place === undefined) return [];
  const links = await graph.follow(place.local, token);
  return links
    .filter(({ text }) => holds(text.range, params.position))
    .flatMap((link) => {
      const found = placeOfLink(link, graph.seed.root, ours);
      return found === undefined
        ? []
        : [
            {
              originSelectionRange: link.text.range,
              targetUri: found.uri,
              targetRange: START,
              targetSelectionRange: START,
            },
          ];
    });
}

const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/**
 * `undefined` where an import leads to no file that could be opened.
 *
 * @param ours whether production's files can be shown: only our own client has documents for them
 */
export function placeOfLink(
  { here, there }: Pick<FollowedLink, 'here' | 'there'>,
  root: string,
  ours: boolean,
): { readonly tree: 'local' | 'production'; readonly uri: string } | undefined {
  if (here.outcome.kind === 'file') return { tree: 'local', uri: uriOf(here.outcome.path) };
  const path = ours && there.outcome.kind === 'file' ? below(root, there.outcome.path) : undefined;
  return path === undefined ? undefined : { tree: 'production', uri: productionUri(path) };
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
