import { Failure } from '../core/failure.ts';

/** The request itself does not fit: nothing was done. */
export class UsageFailure extends Failure {
  readonly kind = 'usage';
}

/** Going on would risk what must not be lost: nothing was done. */
export class Refused extends Failure {
  readonly kind = 'refused';
}
