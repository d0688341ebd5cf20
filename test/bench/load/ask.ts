/** Questions that nobody measures. @module */
import type { Contract, Fields, Infer } from '../../../src/wire/schema.ts'
import { Buffered, type Connection } from './connection.ts'
import { readAnswer } from './requests.ts'

/** Sends a request and reads its answer, whole. */
export function ask<S extends Fields>(
  connection: Connection,
  frame: Uint8Array,
  { contract, version }: { readonly contract: Contract<Fields, S>; readonly version: number },
): Infer<S> {
  connection.send(Buffered.of(frame))
  const answer = connection.receive()
  return readAnswer(new Uint8Array(connection.view.buffer, answer), contract, version)
}
