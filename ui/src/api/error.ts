import type { ErrorBody } from './types';

/** An error that the door answered, or `unreachable` when it did not answer at all. */
export class DoorError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly at: ErrorBody['at'];

  constructor(
    readonly status: number,
    body: ErrorBody,
  ) {
    super(body.message);
    this.name = 'DoorError';
    this.code = body.code;
    this.hint = body.hint ?? undefined;
    this.at = body.at;
  }

  static unreachable(): DoorError {
    return new DoorError(0, { code: 'unreachable', message: 'the host does not answer' });
  }
}

/** Whether an error carries this code. Codes are all that the UI branches on. */
export function hasCode(error: unknown, code: string): error is DoorError {
  return error instanceof DoorError && error.code === code;
}
