import type { JSONPath } from 'jsonc-parser';
import type { ConfigProblem } from './config.ts';
import { nameOf } from './document.ts';
import type { ConfigDocument } from './document.ts';
import type { SchemaError } from './schema.ts';
import { suggest } from './suggest.ts';

/** What the schema says is wrong, as sentences at their places: one for each cause, however many rules it broke. */
export function schemaProblems(document: ConfigDocument, errors: readonly SchemaError[]): ConfigProblem[] {
  const problems = errors
    .filter((error) => speaks(error) && !errors.some((other) => explains(other, error)))
    .map((error) => toProblem(document, error));
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const place = `${problem.line}:${problem.character}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

/** Errors that only say why another error was said are left out; secrets are told by their own rule. */
function speaks(error: SchemaError): boolean {
  return (
    error.keyword !== 'if' &&
    error.propertyName === undefined &&
    !error.schemaPath.includes('/oneOf/') &&
    !error.schemaPath.startsWith('#/definitions/secret/')
  );
}

/** Whether one error is only another side of the other: a name that was mistyped is missing too, and what is no object has no key. */
function explains(other: SchemaError, error: SchemaError): boolean {
  if (other === error || other.instancePath !== error.instancePath) return false;
  if (error.keyword === 'required') {
    return other.keyword === 'additionalProperties' && meantBy(other) === word(error, 'missingProperty');
  }
  return error.keyword === 'oneOf' && other.keyword === 'type' && speaks(other);
}

/** The setting that a name that is none is a slip of. */
function meantBy(error: SchemaError): string | undefined {
  return suggest(word(error, 'additionalProperty'), settingsOf(error));
}

function settingsOf(error: SchemaError): string[] {
  return Object.keys(record(record(error.parentSchema)['properties'])).filter((each) => each !== '$schema');
}

function toProblem(document: ConfigDocument, error: SchemaError): ConfigProblem {
  const path = pointer(error.instancePath);
  const name = nameOf(path);
  const at = (where: JSONPath, message: string, remedy: string): ConfigProblem =>
    document.problem(document.keyOf(where), message, remedy, true);
  const value = (message: string, remedy: string): ConfigProblem =>
    document.problem(document.at(path), message, remedy, true);

  switch (error.keyword) {
    case 'additionalProperties': {
      const key = word(error, 'additionalProperty');
      const meant = meantBy(error);
      return at(
        [...path, key],
        `${name} has no setting "${key}".`,
        meant === undefined ? `Remove it; known here: ${settingsOf(error).join(', ')}.` : `Did you mean "${meant}"?`,
      );
    }
    case 'required': {
      const key = word(error, 'missingProperty');
      const about = record(record(record(error.parentSchema)['properties'])[key])['description'];
      return at(path, `${name} has no "${key}".`, `Add "${key}". ${typeof about === 'string' ? about : ''}`.trim());
    }
    case 'dependencies': {
      const key = word(error, 'property');
      const other = word(error, 'missingProperty');
      return at([...path, key], `${name}.${key} goes with "${other}" only.`, `Remove it, or use "${other}".`);
    }
    case 'propertyNames':
      return at(
        [...path, word(error, 'propertyName')],
        `"${word(error, 'propertyName')}" is no name for a target.`,
        'Use letters, digits, dots, dashes and underscores, beginning with a letter or a digit.',
      );
    case 'oneOf':
      return at(path, `${name} ${oneOf(error)}.`, 'Write one of them, and no other.');
    case 'type':
      return value(`${name} must be ${kinds(error.params['type'])}, not ${kindOf(error.data)}.`, remedyOf(error));
    case 'enum':
      return value(`${name} must be ${list(error.params['allowedValues'])}.`, remedyOf(error));
    case 'minProperties':
    case 'minItems':
      return at(path, `${name} is empty.`, remedyOf(error));
    case 'minLength':
      return value(`${name} is empty.`, remedyOf(error));
    case 'pattern':
      return value(`${name} is not what it must be: ${JSON.stringify(error.data)}.`, remedyOf(error));
    case 'minimum':
      return value(`${name} must be at least ${String(error.schema)}, not ${String(error.data)}.`, remedyOf(error));
    case 'maximum':
      return value(`${name} must be at most ${String(error.schema)}, not ${String(error.data)}.`, remedyOf(error));
    default:
      return value(`${name} ${error.message ?? 'is wrong'}.`, remedyOf(error));
  }
}

function remedyOf(error: SchemaError): string {
  const parent = record(error.parentSchema);
  const about = parent['patternErrorMessage'] ?? parent['description'];
  return typeof about === 'string' ? about : 'See the settings in the README.';
}

function oneOf(error: SchemaError): string {
  const choices = Array.isArray(error.schema) ? error.schema.map(record) : [];
  if (choices.some((choice) => choice['type'] === 'string'))
    return 'must be a text, { "variable": NAME } or { "file": absolute path }';
  const names = choices.flatMap((choice): unknown[] => (Array.isArray(choice['required']) ? choice['required'] : []));
  return `must have exactly one of ${names.map((each) => JSON.stringify(each)).join(', ')}`;
}

/** RFC 6901. */
function pointer(text: string): JSONPath {
  return text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step, index, all) => (/^\d+$/.test(step) && LISTS.has(all[index - 1] ?? '') ? Number(step) : step));
}

/** The settings that are lists: below any other, a number is a name (a target may be called "1"). */
const LISTS = new Set(['probes', 'outside', 'guards', 'include', 'exclude']);

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  object: 'an object { … }',
  null: 'null',
};

function kinds(types: unknown): string {
  return (Array.isArray(types) ? types : [types]).map((type) => KINDS[String(type)] ?? String(type)).join(' or ');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'a text' : 'a number';
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(' or ') : String(values);
}

function word(error: SchemaError, param: string): string {
  return String(record(error.params)[param]);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
