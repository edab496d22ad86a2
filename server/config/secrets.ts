import type { Node } from 'jsonc-parser';
import { secretReason } from '../core/drift/secrets.ts';
import type { ConfigProblem } from './config.ts';
import { nameOf, pathOf, walk } from './document.ts';
import type { ConfigDocument } from './document.ts';
import { schema } from './schema.ts';

const SECRET_KEY = new RegExp(Object.keys(schema.patternProperties)[0] ?? '');
/** Headers whose value lets somebody in. */
const SECRET_HEADER = /^(proxy-)?authorization$|^cookie$|token|secret|password|api-?key/i;
/** `scheme://user:password@host` (RFC 3986, section 3.2.1). */
const PASSWORD_IN_URL = /:\/\/[^/\s:@]*:[^/\s@]+@/;
const WHERE =
  'Remove it, and change it where it was used if this file was ever committed. Keys come from the SSH agent and ~/.ssh/config; ' +
  'a header\'s value from { "variable": NAME } or { "file": PATH } on the host.';

/** Every password, key or token in the file, by its name or by its look. The message never shows the value. */
export function secretProblems(document: ConfigDocument): ConfigProblem[] {
  return [...walk(document.root)].flatMap((node) => {
    if (node.type === 'property') return secretKey(document, node);
    if (node.type === 'string' && !isKey(node)) return secretValue(document, node);
    return [];
  });
}

function secretKey(document: ConfigDocument, property: Node): ConfigProblem[] {
  const [key, value] = property.children ?? [];
  if (key === undefined || typeof key.value !== 'string') return [];
  const holder = property.parent === undefined ? [] : pathOf(property.parent);
  const name = nameOf([...holder, key.value]);
  if (holder.at(-1) === 'headers') {
    if (!SECRET_HEADER.test(key.value) || value?.type !== 'string') return [];
    return [document.problem(value, `${name} is a secret, written here in the open.`, WHERE, false)];
  }
  // Names that a person chooses: a target, a folder.
  if (holder.at(-1) === 'map' || (holder.length === 1 && holder[0] === 'targets')) return [];
  if (!SECRET_KEY.test(key.value)) return [];
  return [document.problem(key, `${name}: driftline.json is committed and holds no secret.`, WHERE, true)];
}

function secretValue(document: ConfigDocument, node: Node): ConfigProblem[] {
  const text: unknown = node.value;
  if (typeof text !== 'string') return [];
  const name = nameOf(pathOf(node));
  if (PASSWORD_IN_URL.test(text)) return [document.problem(node, `${name} has a password in it.`, WHERE, false)];
  if (secretReason('driftline.json', text) === undefined) return [];
  return [document.problem(node, `${name} contains a private key or an access key.`, WHERE, false)];
}

function isKey(node: Node): boolean {
  return node.parent?.type === 'property' && node.parent.children?.[0] === node;
}
