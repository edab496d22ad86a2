/** Whether a value from outside has a shape. Fields that nobody asked about do no harm and are passed over. */
export type Check = (value: unknown) => boolean;

export const anyText: Check = (value) => typeof value === 'string';
export const anyNumber: Check = (value) => typeof value === 'number';
export const yesOrNo: Check = (value) => typeof value === 'boolean';
export const nothing: Check = (value) => value === null;
export const anyRecord: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export function matching(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && pattern.test(value);
}

export function oneOf(...words: readonly (string | number)[]): Check {
  return (value) => (typeof value === 'string' || typeof value === 'number') && words.includes(value);
}

export function either(...checks: readonly Check[]): Check {
  return (value) => checks.some((check) => check(value));
}

export function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((item) => check(item));
}

/** An array of exactly these. */
export function tuple(...checks: readonly Check[]): Check {
  return (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, index) => check(value[index]));
}

/** An object with these fields; the type makes sure that none of its fields is forgotten here. */
export function record<T>(fields: { readonly [K in keyof T]-?: Check }): (value: unknown) => value is T {
  const checks = Object.entries<Check>(fields);
  return (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, check]) => check(Reflect.get(value, name) as unknown));
}
