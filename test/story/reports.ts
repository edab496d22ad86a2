/** What scripts rely on in the command line's JSON, as far as the story looks at it. Checked where it is read: nothing of the product is imported. */
export interface AuditJson {
  readonly target: string;
  readonly root: string;
  readonly takenAt: string;
  readonly complete: boolean;
  readonly entries: readonly AuditEntry[];
}

export interface AuditEntry {
  readonly path: string;
  readonly local: string;
  readonly kind: string;
  readonly needed: boolean;
}

export interface DeployJson {
  readonly outcome: string;
  readonly release: string | null;
  readonly detail: string;
  readonly guards: readonly {
    readonly guard: string;
    readonly blocks: boolean;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly journal: readonly Readonly<Record<string, unknown>>[];
}

export interface ReleaseJson {
  readonly id: string;
  readonly outcome: string;
}

/** One result of a SARIF log: 1-based line and column. */
export interface SarifResult {
  readonly ruleId: string;
  readonly level: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function auditJson(text: string): AuditJson {
  const value = parse(text);
  return {
    target: string(value, 'target'),
    root: string(value, 'root'),
    takenAt: string(value, 'takenAt'),
    complete: boolean(value, 'complete'),
    entries: list(value, 'entries').map((entry) => ({
      path: string(entry, 'path'),
      local: string(entry, 'local'),
      kind: string(entry, 'kind'),
      needed: Array.isArray(field(entry, 'neededBy')),
    })),
  };
}

export function deployJson(text: string): DeployJson {
  const value = parse(text);
  return {
    outcome: string(value, 'outcome'),
    release: field(value, 'release') === null ? null : string(value, 'release'),
    detail: string(value, 'detail'),
    guards: list(value, 'guards').map((guard) => ({
      guard: string(guard, 'guard'),
      blocks: boolean(guard, 'blocks'),
      message: string(guard, 'message'),
      remedy: string(guard, 'remedy'),
    })),
    journal: list(value, 'journal').map(record),
  };
}

export function releasesJson(text: string): ReleaseJson[] {
  return list(parse(text), 'releases').map((release) => ({
    id: string(release, 'id'),
    outcome: string(release, 'outcome'),
  }));
}

export function sarifResults(text: string): SarifResult[] {
  const log = parse(text);
  if (string(log, 'version') !== '2.1.0') throw new Error('This is no SARIF 2.1.0.');
  return list(list(log, 'runs')[0], 'results').map((result) => {
    const location = field(list(result, 'locations')[0], 'physicalLocation');
    const region = field(location, 'region');
    return {
      ruleId: string(result, 'ruleId'),
      level: string(result, 'level'),
      file: string(field(location, 'artifactLocation'), 'uri'),
      line: number(region, 'startLine'),
      column: number(region, 'startColumn'),
    };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${text.slice(0, 400)}`, { cause: error });
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`${JSON.stringify(value)} is no object.`);
  return Object.fromEntries(Object.entries(value));
}

function field(value: unknown, name: string): unknown {
  return record(value)[name];
}

function string(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found !== 'string') throw new Error(`"${name}" is no text: ${JSON.stringify(found)}`);
  return found;
}

function number(value: unknown, name: string): number {
  const found = field(value, name);
  if (typeof found !== 'number') throw new Error(`"${name}" is no number: ${JSON.stringify(found)}`);
  return found;
}

function boolean(value: unknown, name: string): boolean {
  const found = field(value, name);
  if (typeof found !== 'boolean') throw new Error(`"${name}" is neither true nor false: ${JSON.stringify(found)}`);
  return found;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found: unknown = field(value, name);
  if (!Array.isArray(found)) throw new Error(`"${name}" is no list: ${JSON.stringify(found)}`);
  return found.map((each: unknown) => each);
}
