import { below, extname } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import { hasSince } from './builtins.ts';
import type { Version } from './builtins.ts';
import type { Link, Said } from './link.ts';
import { fails, isSameFile } from './link.ts';
import type { ModuleFacts } from './module-facts.ts';
import { isEsModule, nearestType } from './module-kind.ts';
import { hasChange } from './node-rules.ts';
import type { ProjectView } from './project.ts';

/**
 * A `require` that finds an ES module, for a Node that cannot do that: it throws ERR_REQUIRE_ESM. A text without `"type"` is not judged:
 * those Nodes take it for CommonJS.
 */
export function sayOfSystem(view: ProjectView, link: Link): Said | undefined {
  const { node } = view.project.runtime;
  if (link.text.kind !== 'require' || hasChange(node, 'requireEsm')) return undefined;
  const file = link.after.outcome.kind === 'file' ? link.after.outcome.path : undefined;
  if (file === undefined || !isEsModule(view.merged, file)) return undefined;
  const { outcome: there } = link.there;
  const isEsThere = there.kind === 'file' && isEsModule(view.production, there.path);
  const place = below(view.project.root, file) ?? file;
  return {
    code: 'module-system',
    message: `"${link.text.specifier}" is an ES module on production (${place}), and its Node ${node.join('.')} cannot require one (ERR_REQUIRE_ESM)${fails(link)}.`,
    remedy: 'Load it by import(), take a version that is CommonJS, or run Node 20.19, 22.12 or newer there.',
    // Where production's own require fails now, that is not the deploy's doing.
    ...(isSameFile(view, link) && isEsThere && { atMost: 'warning' }),
  };
}

/** Taking a text without `"type"` for an ES module where it reads as one ("Syntax detection"). */
const DETECTION: readonly Version[] = [
  [20, 19],
  [22, 7],
];

/**
 * A module whose `package.json` here makes it another kind than production's will: an ES module that Node reads as CommonJS, or the other
 * way round. One that is the same here was written for something else than Node, a bundler, say.
 *
 * @param at the module's path here, `fromThere` where it will lie on production
 */
export function sayOfKind(
  view: ProjectView,
  { syntax, links, exports }: ModuleFacts,
  at: TreePath,
  fromThere: TreePath,
): Omit<Said, 'range'> | undefined {
  if (extname(at) !== '.js') return undefined;
  const here = nearestType(view.local, at);
  const there = nearestType(view.merged, fromThere);
  const code = 'module-system';
  const remedy = 'Deploy the package.json that is here too ("map"), or make both say the same.';
  const decider = there.path === undefined ? 'no package.json' : (below(view.project.root, there.path) ?? there.path);
  const detects = there.type !== 'commonjs' && hasSince(view.project.runtime.node, DETECTION);
  if (syntax === 'esm' && here.type === 'module' && there.type !== 'module' && !detects) {
    const message = `This is an ES module by the package.json here, and on production ${decider} makes it CommonJS: Node stops at its first import or export.`;
    return { code, message, remedy };
  }
  const isCommonJs = exports.length > 0 || links.some(({ kind }) => kind === 'require');
  if (syntax === 'script' && here.type !== 'module' && there.type === 'module' && isCommonJs) {
    const message = `This is CommonJS, and on production ${decider} makes it an ES module: neither require nor module is defined there.`;
    return { code, message, remedy };
  }
  return undefined;
}
