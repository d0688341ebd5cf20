/** The two ways in which decompression fails. @module */

import { ErrorCode } from '../../errors.ts'
import { RecordError } from '../record-error.ts'

/** The bytes are not what `codec` writes. */
export function corrupt(codec: string, reason: string): RecordError {
  return new RecordError(ErrorCode.INVALID_RECORD, `Invalid ${codec} compression: ${reason}`)
}

/** There would be more than `maxBytes`. */
export function tooLarge(maxBytes: number): RecordError {
  return new RecordError(ErrorCode.MESSAGE_TOO_LARGE, `Records decompress to more than ${maxBytes} bytes`)
}

/** Turns what node:zlib throws into a RecordError. */
export function fromZlib(codec: string, error: unknown, maxBytes: number): RecordError {
  if (error instanceof Error) {
    if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes)
    return corrupt(codec, error.message)
  }
  return corrupt(codec, String(error))
}
