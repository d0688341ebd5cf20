/**
 * What a door is: one API's contract and the handler that decides its answer.
 * @module
 */
import type { Millis } from '../core/machine.ts'
import type { Contract, Draft, Fields, Infer } from '../wire/schema.ts'
import type { Rooms } from './rooms.ts'

/** Who asks, how, and with what a handler may answer. */
export interface Call extends Rooms {
  readonly version: number
  readonly clientId: string | null
  /** Where the client is: its address, without a port. */
  readonly clientAddress: string
  readonly now: Millis
  /** The address under which this client reaches the broker. */
  readonly endpoint: { readonly host: string; readonly port: number }
  /** Bytes that the answer may have, given what clients have not read yet. */
  readonly roomBytes: number
}

/** An answer that is not there yet: the connection waits, and nothing behind it is decided before. */
export interface Parked<T> {
  /** One of the two is called, once: with the answer, or with the error that making it threw. */
  onAnswer(answered: (answer: T) => void, failed: (error: unknown) => void): void
  /** Nobody waits any more. */
  cancel(): void
}

export function isParked<T extends object>(answer: T | Parked<T>): answer is Parked<T> {
  return 'onAnswer' in answer
}

/** What `map` makes of an answer that is there or will be. */
export function mapAnswer<T extends object, U extends object>(
  answer: T | Parked<T>,
  map: (answer: T) => U,
): U | Parked<U> {
  if (!isParked(answer)) return map(answer)
  return {
    onAnswer: (answered, failed) => answer.onAnswer(made => answered(map(made)), failed),
    cancel: () => answer.cancel(),
  }
}

/** No answer (Produce with acks=0). `fault` is asked as it is decided, and as the turn is written: a reason ends the connection. */
export interface Unanswered {
  fault(): string | null
}

/** The answer now, later (made by the purgatory), or never. */
export type Answer<T extends object> = T | Parked<T> | Unanswered

/** Decides the answer to a request that was read with the handler's own contract. */
export type Handler = (request: unknown, call: Call) => Answer<object>

/** A contract with its handler. Without one the API is known to the codec, and not advertised. */
export interface Api {
  readonly contract: Contract
  readonly handle?: Handler
}

export function api<Q extends Fields, S extends Fields>(
  contract: Contract<Q, S>,
  handle?: (request: Infer<Q>, call: Call) => Answer<Draft<S>>,
): Api {
  // The dispatcher reads the request with this very contract, so the handler gets the type it asks for.
  return handle ? { contract, handle: (request, call) => handle(request as Infer<Q>, call) } : { contract }
}
