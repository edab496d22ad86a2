/**
 * The few globals of every JavaScript runtime that the core may use. The core is compiled with `"types": []`, so nothing of Node, of a
 * browser or of VS Code is known here: what is not declared in this file cannot be reached from the core.
 */
declare class URL {
  constructor(url: string, base?: string | URL);
  readonly href: string;
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
