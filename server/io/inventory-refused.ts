import { Failure } from '../core/failure.ts';

/** A host that answers with what is no inventory. */
export class InventoryRefused extends Failure {
  readonly kind = 'connection';
  constructor(address: string, root: string, why: string) {
    super(
      `What ${address} sent as the inventory of ${root} is none: ${why}.`,
      'Do not trust this host before you know why; a newer Driftline may help.',
    );
  }
}
