import { accessSync, constants, lstatSync, statSync } from 'fs';
import type { BigIntStats } from 'fs';
import * as path from 'path';
import type { UnfitPlace } from '../../core/plan/host-report.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { hasCode, reasonOf } from '../names.ts';
import { exists } from './durable.ts';
import { mountOf } from './mounts.ts';

export function live(plan: Plan, relative: string): string {
  return path.posix.join(plan.root.real, relative);
}

/** The folders in which names change. */
export function parents(plan: Plan): Set<string> {
  return new Set(plan.operations.map((operation) => path.posix.dirname(live(plan, operation.path))));
}

/** Relative, the outermost first. */
export function foldersAbove(relative: string): string[] {
  const parts = relative.split('/').slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

export function nearestFolder(at: string): string {
  let folder = path.posix.dirname(at);
  while (!exists(folder)) folder = path.posix.dirname(folder);
  return folder;
}

/** The path itself, or the nearest folder above it that is there. */
export function nearestExisting(path: string): string {
  for (let place = path; place !== '/' && place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
    try {
      statSync(place);
      return place;
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) return place;
    }
  }
  return '/';
}

export function statOf(file: string): BigIntStats | undefined {
  try {
    return lstatSync(file, { bigint: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * The folders that no file can be renamed into from the state folder: this user may not write there, or they lie on another mount, be it a
 * bind mount of the same disk. What is no folder is for others to judge.
 *
 * @param state the state folder, which need not be there yet
 * @param files what is to be written or deleted, absolute
 */
export function unfitPlaces(state: string, files: readonly string[]): UnfitPlace[] {
  const folders = [...new Set(files.map(nearestFolder))].filter((folder) => statOf(folder)?.isDirectory());
  const ours = mountOf(nearestExisting(state));
  return folders.flatMap((folder): UnfitPlace[] => {
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      return [{ folder, problem: 'notWritable', why: `cannot be written by this user: ${reasonOf(error)}` }];
    }
    if (mountOf(folder) === ours) return [];
    const why = `is on another mount than the state folder ${state}, so nothing can be renamed to it`;
    return [{ folder, problem: 'otherMount', why }];
  });
}
