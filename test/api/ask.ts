/** Asks one door, through the bytes of a version there and back, in a broker that has a catalog and nothing else. @module */
import type { Api, Call } from '../../src/api/api.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { isFlexible } from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import { type Contract, type Draft, type Fields, type Infer, versionRange } from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import type { CatalogFixture } from '../core/catalog/fixture.ts'

/** A room that has no business with the doors asked here. */
function closed<Room extends object>(): Room {
  const refuse = () => {
    throw new Error('no business of this door')
  }
  // Nobody gets anything of it, of whatever type.
  return new Proxy({} as Room, { get: refuse })
}

function callOf({ catalog, configs }: CatalogFixture, version: number): Call {
  return {
    version,
    clientId: null,
    clientAddress: '10.0.0.1',
    now: 0,
    endpoint: { host: 'here', port: 9092 },
    roomBytes: 0,
    served: [],
    catalog,
    configs,
    fetchSessions: closed(),
    logs: closed(),
    purgatory: closed(),
    groups: closed(),
    transactions: closed(),
  }
}

/** A request or an answer as the other side of a connection reads it. */
function carried<F extends Fields>(fields: F, value: Draft<F>, version: number, flexible: number | null): Infer<F> {
  const writer = new Writer()
  const codec = codecOf(fields, version, isFlexible(flexible, version))
  codec.write(writer, value)
  return codec.read(new Reader(writer.toBytes()))
}

export function ask<Q extends Fields, S extends Fields>(
  door: Api,
  { request, response, flexible }: Contract<Q, S>,
  fixture: CatalogFixture,
  version: number,
  question: Draft<Q>,
): Infer<S> {
  const answer = door.handle?.(carried(request, question, version, flexible), callOf(fixture, version))
  // A door's answer is what its own contract writes: the dispatcher relies on the same.
  return carried(response, answer as Draft<S>, version, flexible)
}

/** Every version of a contract. */
export function versionsOf({ versions }: Contract): number[] {
  const [first, last] = versionRange(versions)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
