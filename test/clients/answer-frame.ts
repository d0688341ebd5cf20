/** An answer in its frame, as any client of ours reads it. @module */
import { codecOf } from '../../src/wire/compile.ts'
import { isFlexible, responseHeader, responseHeaderVersion } from '../../src/wire/frame.ts'
import type { Reader } from '../../src/wire/reader.ts'
import type { Contract, Fields, Infer } from '../../src/wire/schema.ts'

/** Reads a frame behind its length. Throws where it answers another request, or goes on behind the answer. */
export function readAnswer<S extends Fields>(
  frame: Reader,
  contract: Contract<Fields, S>,
  version: number,
  correlationId: number,
): Infer<S> {
  const headerVersion = responseHeaderVersion(contract, version)
  const header = codecOf(responseHeader.fields, headerVersion, headerVersion === 1).read(frame)
  if (header.correlationId !== correlationId)
    throw new Error(`the answer to ${header.correlationId}, not ${correlationId}`)
  const answer = codecOf(contract.response, version, isFlexible(contract.flexible, version)).read(frame)
  if (frame.remaining > 0) throw new Error(`${frame.remaining} bytes behind the answer of ${contract.name}`)
  return answer
}
