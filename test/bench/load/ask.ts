/** Questions whose answers are read whole, which takes longer than to read them where they lie. @module */
import type { Contract, Fields, Infer } from '../../../src/wire/schema.ts'
import { Buffered, type Connection } from './connection.ts'
import { readAnswer } from './requests.ts'

interface Api<S extends Fields> {
  readonly contract: Contract<Fields, S>
  readonly version: number
}

/** Sends a request and reads its answer, whole. */
export function ask<S extends Fields>(connection: Connection, frame: Uint8Array, api: Api<S>): Infer<S> {
  connection.send(Buffered.of(frame))
  return readAt(connection, connection.receive(), api)
}

/** Reads the answer that begins at `answer`. */
export function readAt<S extends Fields>(
  { view }: Connection,
  answer: number,
  { contract, version }: Api<S>,
): Infer<S> {
  return readAnswer(new Uint8Array(view.buffer, answer), contract, version)
}
