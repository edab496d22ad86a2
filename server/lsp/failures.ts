import { ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { Failure } from '../core/failure.ts';
import type { Problem } from '../protocol.ts';

/** What travels with an error between threads and to the client: the sentence is the error's message. */
export interface FailureData {
  readonly name: string;
  readonly kind: string;
  readonly remedy: string;
}

/** The language server could not do its own work. */
export class ServerTrouble extends Failure {
  readonly kind = 'internal';
}

/** There is nothing to do it with: no configuration, no trust, no consent. */
export class NotReady extends Failure {
  readonly kind = 'usage';
}

/** The person ended it. */
export class Cancelled extends ResponseError<undefined> {
  constructor() {
    super(LSPErrorCodes.RequestCancelled, 'It was cancelled.');
  }
}

/** Any error as one that keeps its remedy on the way to another thread or to the client. */
export function asResponseError(error: unknown): ResponseError<FailureData | undefined> {
  if (error instanceof ResponseError) return withKnownData(error);
  if (error instanceof Failure) {
    return new ResponseError<FailureData>(LSPErrorCodes.RequestFailed, error.message, {
      name: error.name,
      kind: error.kind,
      remedy: error.remedy,
    });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new Cancelled();
  }
  return new ResponseError<undefined>(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
}

/** An error as the two sentences that a person reads. */
export function asProblem(error: unknown): Problem {
  const response = asResponseError(error);
  return {
    message: response.message,
    remedy: response.data?.remedy ?? 'Look into the Driftline output, and try again.',
  };
}

/** The class name of the failure that an error began as, if it was one of ours. */
export function failureName(error: unknown): string | undefined {
  return asResponseError(error).data?.name;
}

function withKnownData(error: ResponseError<unknown>): ResponseError<FailureData | undefined> {
  const data: unknown = error.data;
  const known =
    typeof data === 'object' &&
    data !== null &&
    'name' in data &&
    'kind' in data &&
    'remedy' in data &&
    typeof data.name === 'string' &&
    typeof data.kind === 'string' &&
    typeof data.remedy === 'string';
  return new ResponseError<FailureData | undefined>(
    error.code,
    error.message,
    known ? { name: String(data.name), kind: String(data.kind), remedy: String(data.remedy) } : undefined,
  );
}
