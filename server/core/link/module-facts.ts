import type { Range } from './finding.ts';

/** How one module names another, or a file. */
export type LinkKind =
  | 'import'
  | 'export-from'
  | 'dynamic-import'
  | 'require'
  | 'require-resolve'
  /** `import.meta.resolve`: as `import`, but a relative one is never looked at. */
  | 'meta-resolve'
  /** A module that another thread or process runs: `new Worker(…)`, exactly this file; `fork(…)`, searched as `require` does. */
  | 'worker'
  | 'fork'
  /** A file that is opened and not loaded: a template, a page. */
  | 'file';

/**
 * What one module's text says, independent of where it lies: a pure function of the content, so it is cached by content and shared
 * between trees.
 */
export interface ModuleFacts {
  /** `esm` where the text has `import`/`export` declarations or `import.meta`, else `script`: Node's syntax detection asks this. */
  readonly syntax: 'esm' | 'script';
  readonly links: readonly LinkText[];
  readonly dynamic: readonly DynamicText[];
  /** Names that an importing ES module can see; for a script, what Node's own lexer sees of `module.exports`. */
  readonly exports: readonly string[];
  /** Those of an ES module that stand in braces: they may be another module's bindings. */
  readonly braced?: readonly string[];
  /** All that a script's `module.exports` has, only where its text tells that for certain. */
  readonly properties?: readonly string[];
  /** Specifiers whose names are all exported too: `export * from`, and a script's `module.exports = require()`. */
  readonly starFrom: readonly string[];
  /** Of TypeScript: exported names that are another module's, as it exports them (`*` for all of it as one). */
  readonly passed?: Readonly<Record<string, { readonly specifier: string; readonly name: string }>>;
  /** Of TypeScript: exported interfaces and type aliases. */
  readonly types?: readonly string[];
  /** Of TypeScript: exported `const enum`s, which may leave nothing behind. */
  readonly constEnums?: readonly string[];
  /** Where the text could not be understood; what was found up to there stands above. */
  readonly problem?: { readonly message: string; readonly range: Range };
}

/** What is named at run time only. */
export interface DynamicText {
  readonly range: Range;
  /** The constant text that the specifier begins with, relative to the module; a folder ends with a slash. Empty where nothing is known. */
  readonly prefix: string;
  /** An import whose specifier is computed, or a folder whose files are listed. */
  readonly how: 'specifier' | 'listing';
}

/** A name that a TypeScript module takes from another, and what it does with it at most. */
export interface Use {
  /** As the other module exports it; `*` for all of it. */
  readonly name: string;
  /**
   * `nothing`: it stands in types only. `metadata`: in the type of something decorated. `exported`: it is given on, type or value. `members`: only
   * members are taken of it, as of an enum.
   */
  readonly as: 'nothing' | 'metadata' | 'exported' | 'members';
  /** Its name here, where JSX stands in the module: it may be what makes the elements. */
  readonly factory?: string;
}

/** One constant specifier in a module's text. */
export interface LinkText {
  readonly kind: LinkKind;
  readonly specifier: string;
  /** The specifier without its quotes. */
  readonly range: Range;
  /** Names taken from the module by an `import` or `export … from` (`default`, never `*`), or by `const { a } = require()`. */
  readonly names: readonly { readonly name: string; readonly range: Range }[];
  /** `start`: evaluated when the module is. `reached`: inside a function, so it fails when called. */
  readonly when: 'start' | 'reached';
  /** The failure is caught (`try` with `catch`, `.catch`): information only. */
  readonly caught: boolean;
  /** Of TypeScript: what it binds, where that alone does not keep it in the output; see `keptLinks`. */
  readonly uses?: readonly Use[];
}
