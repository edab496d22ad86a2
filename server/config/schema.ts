import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import published from '../../schema/driftline.schema.json' with { type: 'json' };
import type { RawConfig } from './raw.ts';

export type SchemaError = ErrorObject;

const ajv = new Ajv({
  // That the schema is one is tested; every start would pay for it.
  meta: false,
  validateSchema: false,
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
});
// What editors read beyond draft-07.
ajv.addVocabulary([
  'markdownDescription',
  'defaultSnippets',
  'enumDescriptions',
  'errorMessage',
  'patternErrorMessage',
  'doNotSuggest',
]);
const validate = ajv.compile<RawConfig>(published);

/** Judges a parsed `driftline.json` by the published schema: the value with its type, or everything that the schema says is wrong. */
export function checkSchema(value: unknown): { ok: true; value: RawConfig } | { ok: false; errors: SchemaError[] } {
  return validate(value) ? { ok: true, value } : { ok: false, errors: validate.errors ?? [] };
}

export const schema: typeof published = published;
