import type { HostPlatform } from '../tree/inventory.ts';
import type { TreePath } from '../tree/tree.ts';
import { parseVersion } from './builtins.ts';
import type { Version } from './builtins.ts';
import type { TypeScriptRunner } from './typescript-runner.ts';

/** What resolves a module's links: which Node, and what its environment adds. */
export interface Runtime {
  readonly node: Version;
  /** Folders that `require` looks into last: those of `NODE_PATH`, then Node's own. Absolute. */
  readonly globalFolders?: readonly TreePath[];
  /** Those of `--conditions`. */
  readonly conditions?: readonly string[];
  /** What runs TypeScript sources as they are. Where it is not said, a compiler turns them into what Node runs. */
  readonly typescript?: TypeScriptRunner;
}

/** The Node that verdicts assume where the host could not say. */
const ASSUMED_NODE: Version = [20, 0];

export function runtimeOf({ node, nodePath, conditions, typescript }: HostPlatform): Runtime {
  return {
    node: parseVersion(node ?? '') ?? ASSUMED_NODE,
    ...(nodePath !== undefined && { globalFolders: nodePath }),
    ...(conditions !== undefined && { conditions }),
    ...(typescript && { typescript }),
  };
}
