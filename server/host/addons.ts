import { execFileSync } from 'child_process';
import { readdirSync } from 'fs';
import { join } from 'path';
import type { Handler } from './handlers.ts';
import { readRegular } from './open.ts';
import type { UnfitAddon } from './protocol.ts';

/** What decides whether a Node can load an addon. */
export interface Loader {
  readonly platform: string;
  readonly arch: string;
  /** `process.versions.modules`, which every addon that does not use Node-API is built for. */
  readonly abi: string;
}

/** Larger than this is no addon that anybody waits for here. */
const MAX_ADDON_BYTES = 128 * 1024 * 1024;

/**
 * The addons that a Node is certain not to load, one per package: of those that node-gyp built (`build/Release`), which every loader in use
 * takes before any that came prebuilt. What cannot be read, or does not tell, is left out.
 */
export const addons: Handler<'addons'> = (ask) => {
  const loader = loaderOf(ask.node);
  const unfit: UnfitAddon[] = [];
  for (const folder of loader === undefined ? [] : ask.packages) {
    const found = loader && unfitIn(folder, loader);
    if (found !== undefined) unfit.push(found);
  }
  return Promise.resolve({ unfit });
};

function loaderOf(node: string | undefined): Loader | undefined {
  if (node === undefined) return { platform: process.platform, arch: process.arch, abi: process.versions.modules };
  try {
    const script = '[process.platform, process.arch, process.versions.modules].join(" ")';
    const printed = execFileSync(node, ['-p', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    });
    const [platform, arch, abi] = printed.trim().split(' ');
    return platform === undefined || arch === undefined || abi === undefined ? undefined : { platform, arch, abi };
  } catch {
    return undefined;
  }
}

function unfitIn(folder: string, loader: Loader): UnfitAddon | undefined {
  const built = join(folder, 'build/Release');
  try {
    for (const name of readdirSync(built).sort()) {
      if (!name.endsWith('.node')) continue;
      const file = join(built, name);
      const why = whyUnfit(readRegular(file, MAX_ADDON_BYTES, 'follow').bytes, loader);
      if (why !== undefined) return { file, why };
    }
  } catch {
    // Nothing was built there, or we are not let in.
  }
  return undefined;
}

/** ELF's `e_machine`: the generic ABI, and `elf.h` for the newer ones. */
const MACHINES: Readonly<Record<string, number>> = {
  ia32: 3,
  ppc64: 21,
  s390x: 22,
  arm: 40,
  x64: 62,
  arm64: 183,
  riscv64: 243,
  loong64: 258,
};

/** Why a Node cannot load an addon of these bytes, a clause; `undefined` where it can or nobody knows. */
export function whyUnfit(bytes: Buffer, { platform, arch, abi }: Loader): string | undefined {
  const machine = MACHINES[arch];
  if (platform !== 'linux' || machine === undefined) return undefined;
  if (bytes.length < 20 || bytes.toString('latin1', 0, 4) !== '\x7fELF')
    return 'it was built for another system than Linux';
  const isBigEndian = bytes[5] === 2;
  if ((isBigEndian ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18)) !== machine) {
    return `it was built for another processor than ${arch}`;
  }
  // By Node-API it fits every version. Of the rest, only what registers itself by a symbol tells what it was built for.
  if (bytes.includes('napi_register_module_v')) return undefined;
  const versions = registered(bytes);
  if (versions.length === 0 || versions.includes(abi)) return undefined;
  return `it was built for Node's ABI ${versions.join(' and ')}, and this Node has ${abi}`;
}

const SYMBOL = 'node_register_module_v';

function registered(bytes: Buffer): string[] {
  const versions = new Set<string>();
  for (let at = bytes.indexOf(SYMBOL); at >= 0; at = bytes.indexOf(SYMBOL, at + SYMBOL.length)) {
    const [version] = /^\d+(?=\0)/.exec(bytes.toString('latin1', at + SYMBOL.length, at + SYMBOL.length + 8)) ?? [];
    if (version !== undefined) versions.add(version);
  }
  return [...versions];
}
