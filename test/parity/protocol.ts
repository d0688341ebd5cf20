/** Kafka's protocol as data, read from the collection beside the project or else from the copy in this folder. @module */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A field, merged over versions. Absent `versions` are the parent's; `nullable` true is "in all its versions". */
export interface KafkaField {
  readonly name: string
  /** A scalar's name, 'struct', or '[]' and either. */
  readonly type: string
  readonly versions?: string
  readonly nullable?: true | string
  readonly tag?: number
  /** Only where it is not the zero of its type. */
  readonly default?: unknown
  readonly notCompact?: string
  readonly fields?: readonly KafkaField[]
}

export interface KafkaApi {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  readonly maxStableVersion: number
  /** -1 is never. */
  readonly flexibleFrom: number
  /** Header version by range of versions. */
  readonly requestHeaderVersion: Readonly<Record<string, number>>
  readonly responseHeaderVersion: Readonly<Record<string, number>>
  readonly request: readonly KafkaField[]
  readonly response: readonly KafkaField[]
}

export interface KafkaRecord {
  /** The room of Kafka's that it is from, as in 'group-coordinator'. */
  readonly group: string
  readonly name: string
  readonly id?: number
  readonly versions: string
  readonly flexibleFrom: number
  readonly fields: readonly KafkaField[]
}

interface RemovedApi {
  readonly key: number
  readonly name: string
  readonly removed: true
}

interface Protocol {
  readonly apis: readonly (KafkaApi | RemovedApi)[]
  readonly headers: { readonly request: KafkaRecord; readonly response: KafkaRecord }
  readonly records: readonly KafkaRecord[]
  readonly errors: readonly { readonly code: number; readonly name: string }[]
}

const collection = join(import.meta.dir, '../../../shared/kafka')

function load(name: string): unknown {
  const whole = join(collection, name)
  const bytes = existsSync(whole)
    ? readFileSync(whole)
    : Bun.gunzipSync(readFileSync(join(import.meta.dir, `${name}.gz`)))
  return JSON.parse(new TextDecoder().decode(bytes))
}

/** The protocol of 4.3.1. */
export const protocol = load('protocol.json') as Protocol
/** Of 3.9.1 the APIs whose oldest versions 4.x dropped. */
export const oldProtocol = load('protocol-3.9.json') as Pick<Protocol, 'apis'>

export function isLive(api: KafkaApi | RemovedApi): api is KafkaApi {
  return !('removed' in api)
}
