import { readFile } from 'node:fs/promises';
import { getNodeValue } from 'jsonc-parser';
import type { Config, ConfigProblem } from './config.ts';
import { ConfigDocument, duplicateKeys, syntaxProblems } from './document.ts';
import { ConfigProblems } from './errors.ts';
import { fillConfig } from './fill.ts';
import { ruleProblems } from './rules.ts';
import { schemaProblems } from './schema-problems.ts';
import { checkSchema } from './schema.ts';
import { secretProblems } from './secrets.ts';

/** Reads one `driftline.json`. What is wrong with it, a missing file included, is a value: callers show it, each in its way. */
export async function loadConfig(file: string): Promise<Config | ConfigProblems> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return new ConfigProblems(file, [unreadable(file, error)]);
  }
  const result = parseConfig(text, file);
  return Array.isArray(result) ? new ConfigProblems(file, result) : result;
}

/**
 * Judges the text of a `driftline.json`.
 *
 * @param file absolute; names the config and decides its folder, is not read
 * @returns the configuration, or everything that is wrong in it in the order of the text, each cause once
 */
export function parseConfig(text: string, file: string): Config | ConfigProblem[] {
  const document = new ConfigDocument(text.replace(/^\uFEFF/, ''), file);
  if (document.root === undefined && document.text.trim() === '')
    return [
      document.problemAt(
        0,
        0,
        'driftline.json is empty.',
        'Run `driftline init` in a folder without one, or write { "targets": { … } }.',
        // Editors find nothing wrong with a file of nothing.
        false,
      ),
    ];
  const broken = syntaxProblems(document);
  if (document.root === undefined || broken.length > 0) return broken;

  const secrets = [...duplicateKeys(document), ...secretProblems(document)];
  const checked = checkSchema(getNodeValue(document.root));
  const others = checked.ok ? ruleProblems(document, checked.value) : schemaProblems(document, checked.errors);
  const told = new Set(secrets.map(place));
  const problems = [...secrets, ...others.filter((problem) => !told.has(place(problem)))];
  if (problems.length > 0 || !checked.ok) return problems.sort((a, b) => a.line - b.line || a.character - b.character);
  return fillConfig(checked.value, file);
}

function place(problem: ConfigProblem): string {
  return `${problem.line}:${problem.character}`;
}

function unreadable(file: string, error: unknown): ConfigProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    ENOENT: ['This file does not exist.', 'Run `driftline init` to write one, or name another with --config.'],
    EISDIR: ['This is a folder, not a file.', 'Name the driftline.json in it.'],
    EACCES: ['This file may not be read.', 'Give yourself the permission to read it.'],
  };
  const [message, remedy] = reasons[code] ?? [
    `This file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    'Look at the file.',
  ];
  return { file, line: 0, character: 0, endLine: 0, endCharacter: 0, message, remedy, bySchema: false };
}
