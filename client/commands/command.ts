import * as vscode from 'vscode';
import type { DriftItem } from '../../server/protocol.ts';
import { GroupNode, ItemNode } from '../drift-view.ts';
import type { Session } from '../session.ts';
import type { Papers } from '../virtual-documents.ts';

/** What every command is given. */
export interface Surroundings {
  readonly session: Session;
  readonly papers: Papers;
  readonly log: vscode.LogOutputChannel;
}

/** Runs one request of the person's under a notification that says what happens now and can cancel it. */
export function withProgress<T>(
  session: Session,
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let done = 0;
      const listening = session.onProgress(({ message, fraction }) => {
        const increment = fraction === undefined ? undefined : Math.max(0, fraction * 100 - done);
        done += increment ?? 0;
        progress.report(increment === undefined ? { message } : { message, increment });
      });
      try {
        return await work(token);
      } finally {
        listening.dispose();
      }
    },
  );
}

/**
 * The drift items that a command is about: the view's selection, or the node that was clicked. Arguments of a command come from menus, key
 * bindings and other extensions, so what is not a node of the view is passed over.
 */
export function itemsOf(clicked: unknown, selection?: unknown): DriftItem[] {
  const nodes: unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [clicked];
  return nodes.flatMap((node) =>
    node instanceof ItemNode ? [node.item] : node instanceof GroupNode ? [...node.group.items] : [],
  );
}
