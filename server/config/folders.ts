/** A folder relative to the config's own, in normal form (`.`, `api/src`); `undefined` where it leaves that folder or is no such path. */
export function localFolder(text: string): string | undefined {
  // A backslash or a drive letter would mean another folder on another system.
  if (/^[A-Za-z]:/.test(text) || text.includes('\\')) return undefined;
  return relativeFolder(text);
}

/** A folder relative to the root, in normal form. */
export function productionFolder(text: string): string | undefined {
  return relativeFolder(text);
}

/** An absolute POSIX path in normal form, or `undefined` for one with `..` or a control character. */
export function posixPath(text: string): string | undefined {
  if (!text.startsWith('/')) return undefined;
  const inside = relativeFolder(text.replace(/^\/+/, '') || '.');
  return inside === undefined ? undefined : inside === '.' ? '/' : `/${inside}`;
}

/** Whether one folder is the other or lies in it. */
export function overlaps(a: string, b: string): boolean {
  return a === '.' || b === '.' || a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function relativeFolder(text: string): string | undefined {
  if (text.startsWith('/') || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const steps = text.split('/').filter((step) => step !== '' && step !== '.');
  return steps.includes('..') ? undefined : steps.length === 0 ? '.' : steps.join('/');
}
