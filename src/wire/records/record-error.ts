/** The one error that records raise. @module */

import type { ErrorCode } from '../errors.ts'

/** Records that cannot be read, converted or stored; `code` is what Kafka answers for them. */
export class RecordError extends Error {
  override readonly name = 'RecordError'

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message)
  }
}
