/** What doors answer that change what the metadata log holds. @module */
import { JournalError } from '../core/machine.ts'
import { ErrorCode } from '../wire/errors.ts'

/** The answer of `change`, or of `refused` where the log cannot be written: then nothing has changed. */
export function journaled<T, U>(
  change: () => T,
  refused: (fault: { readonly errorCode: ErrorCode; readonly errorMessage: string }) => U,
): T | U {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    return refused({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR, errorMessage: error.message })
  }
}
