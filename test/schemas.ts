/** Every schema of the project, for the tests that go through all of them. @module */
import { contracts } from '../src/api/index.ts'
import * as catalog from '../src/core/catalog/records.ts'
import * as classicProtocol from '../src/core/groups/classic/protocol.ts'
import * as consumerGroups from '../src/core/groups/consumer/records.ts'
import * as groups from '../src/core/groups/records.ts'
import * as shareGroups from '../src/core/groups/share/records.ts'
import * as streamsGroups from '../src/core/groups/streams/records.ts'
import * as security from '../src/core/security/records.ts'
import * as share from '../src/core/share/records.ts'
import * as transactions from '../src/core/transactions/records.ts'
import * as storage from '../src/log/records.ts'
import { isFlexible, requestHeader, responseHeader } from '../src/wire/frame.ts'
import * as control from '../src/wire/records/control.ts'
import { type Fields, type RecordSchema, versionRange } from '../src/wire/schema.ts'

export { contracts }

/** The schemas of Kafka's own records, by where they stand. */
const recordModules = {
  catalog,
  classicProtocol,
  consumerGroups,
  groups,
  shareGroups,
  streamsGroups,
  security,
  share,
  transactions,
  storage,
  control,
}

export const headerSchemas: readonly RecordSchema[] = [requestHeader, responseHeader]
export const recordSchemas: readonly RecordSchema[] = Object.values(recordModules).flatMap(schemasOf)
/** The records of `__cluster_metadata`. */
export const catalogSchemas: readonly RecordSchema[] = schemasOf(catalog)

/** One version of one message: what a codec is made of. */
export interface Message {
  /** Kafka's name and the kind, as in 'Fetch response': request, response, header or record. */
  readonly name: string
  readonly fields: Fields
  readonly version: number
  readonly isFlexible: boolean
}

/** Every version of every message that the project knows. */
export const messages: readonly Message[] = [
  ...contracts.flatMap(({ name, versions, flexible, request, response }) => [
    ...versionsOf(`${name} request`, { versions, flexible, fields: request }),
    ...versionsOf(`${name} response`, { versions, flexible, fields: response }),
  ]),
  ...headerSchemas.flatMap(schema => versionsOf(`${schema.name} header`, schema)),
  ...recordSchemas.flatMap(schema => versionsOf(`${schema.name} record`, schema)),
]

const byVersion = new Map(messages.map(message => [`${message.name} ${message.version}`, message]))

/** The message of that name and version. Throws if there is none. */
export function messageOf(name: string, version: number): Message {
  const message = byVersion.get(`${name} ${version}`)
  if (!message) throw new Error(`no schema of ${name} v${version}`)
  return message
}

function versionsOf(name: string, schema: Pick<RecordSchema, 'versions' | 'flexible' | 'fields'>): Message[] {
  const [first, last] = versionRange(schema.versions)
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const version = first + index
    return { name, fields: schema.fields, version, isFlexible: isFlexible(schema.flexible, version) }
  })
}

function schemasOf(module: object): RecordSchema[] {
  return Object.values(module).filter(isRecordSchema)
}

function isRecordSchema(value: unknown): value is RecordSchema {
  return typeof value === 'object' && value !== null && 'fields' in value && 'versions' in value
}
