import type { ConfigItem } from './ssh-config-file.ts';
import type { ConfigLine } from './ssh-config-lines.ts';
import { wordsOf } from './ssh-config-lines.ts';
import { fitsAny } from './ssh-patterns.ts';

/** Of which host and for whom the options are. */
export interface Asked {
  /** As it was named. */
  readonly host: string;
  /** Named beside it, which wins over all files. */
  readonly user?: string;
  readonly localUser: string;
  /** Runs the command of a `Match exec`, its tokens as they stand; false where it fails, or where nothing may be run. */
  readonly exec: (command: string, options: Options) => boolean;
}

/** What the files say, each keyword's words as often as it counts; the keyword that was met first comes first. */
export type Options = ReadonlyMap<string, readonly ConfigLine[]>;

/** Each of these counts, where of all others the first does. */
const REPEATED = new Set(['identityfile', 'certificatefile']);

/**
 * What holds for a host, as OpenSSH reads it: line by line, the first value wins. A second time through the files, for the name that the
 * first time found, where a `Match final` or `CanonicalizeHostname` asks for it.
 *
 * @param files the person's own, then the system's
 */
export function optionsFor(files: readonly (readonly ConfigItem[])[], asked: Asked): Options {
  const reading = new Reading(asked);
  for (const file of files) reading.read(file, true);
  const canonicalize = reading.options.get('canonicalizehostname')?.[0]?.words[0]?.toLowerCase() ?? 'no';
  if (reading.wantsFinal || canonicalize !== 'no') {
    reading.final = true;
    for (const file of files) reading.read(file, true);
  }
  return reading.options;
}

/** `HostName` with its one token. */
export function hostNameOf(options: Options, host: string): string {
  const named = options.get('hostname')?.[0]?.words[0];
  return named === undefined ? host : named.replace(/%[%h]/g, (token) => (token === '%h' ? host : '%'));
}

class Reading {
  readonly options = new Map<string, ConfigLine[]>();
  final = false;
  wantsFinal = false;

  constructor(readonly asked: Asked) {}

  /** @param enclosing whether the lines around this file hold: if not, none of its own can */
  read(items: readonly ConfigItem[], enclosing: boolean): void {
    let holds = enclosing;
    for (const item of items) {
      if ('included' in item) this.read(item.included, holds);
      else if (item.keyword === 'host') holds = fitsAny(item.words, this.#host) && enclosing;
      // Looked at in any case: it may ask for the second time.
      else if (item.keyword === 'match') holds = this.#matches(item.rest) && enclosing;
      else if (holds) this.#set(item);
    }
  }

  /** The second time goes by the name that the first found. */
  get #host(): string {
    return this.final ? hostNameOf(this.options, this.asked.host).toLowerCase() : this.asked.host;
  }

  #set(line: ConfigLine): void {
    const { keyword } = line;
    const known = this.options.get(keyword);
    if (known === undefined) this.options.set(keyword, [line]);
    else if (REPEATED.has(keyword) && !known.some((other) => other.words[0] === line.words[0])) known.push(line);
  }

  #matches(rest: string): boolean {
    const words = wordsOf(rest.replace(/^(\s*!?\w+)=/, '$1 '));
    let matches = words.length > 0;
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      const negated = word.startsWith('!');
      const criterion = word.slice(negated ? 1 : 0).toLowerCase();
      const takesValue = !['all', 'canonical', 'final'].includes(criterion);
      const value = takesValue ? (words[++at] ?? '') : '';
      // As with OpenSSH, nothing is run where the line cannot hold any more.
      if (!matches && criterion === 'exec') continue;
      if (this.#meets(criterion, value) === negated) matches = false;
    }
    return matches;
  }

  #meets(criterion: string, value: string): boolean {
    const { host, user, localUser, exec } = this.asked;
    const list = value.split(',');
    switch (criterion) {
      case 'all':
        return true;
      case 'final':
        this.wantsFinal = true;
        return this.final;
      case 'canonical':
        return this.final;
      case 'host':
        return fitsAny(lower(list), hostNameOf(this.options, this.#host).toLowerCase());
      case 'originalhost':
        return fitsAny(lower(list), host.toLowerCase());
      case 'user':
        return fitsAny(list, user ?? this.options.get('user')?.[0]?.words[0] ?? localUser);
      case 'localuser':
        return fitsAny(list, localUser);
      case 'exec':
        return exec(value, this.options);
      default:
        // What a newer OpenSSH may know.
        return false;
    }
  }
}

function lower(words: readonly string[]): string[] {
  return words.map((word) => word.toLowerCase());
}
