/** Which client quotas change, and why the others do not (ClientQuotaControlManager). @module */
import { isIpAddress } from '../../base/ip-address.ts'
import { excerpt } from '../configs/definition.ts'
import { type EntityPart, EntityType, entityKey, entityTypes, normalEntity } from './client-quotas.ts'
import type { AlterClientQuotas, AlteredQuotas, QuotaChange } from './commands.ts'
import { type CatalogDecision, type Fault, fault, MAX_RECORDS, noFault } from './decision.ts'
import type { MetadataRecord } from './metadata-record.ts'
import type { CatalogState } from './state.ts'

/** What a quota can be: a whole number up to `greatest`, or any number where that is null. */
interface QuotaKey {
  readonly name: string
  readonly greatest: bigint | null
}

const MAX_INT = 2n ** 31n - 1n
const MAX_LONG = 2n ** 63n - 1n

/** QuotaConfig.userAndClientQuotaConfigs */
const clientKeys: readonly QuotaKey[] = [
  { name: 'producer_byte_rate', greatest: MAX_LONG },
  { name: 'consumer_byte_rate', greatest: MAX_LONG },
  { name: 'request_percentage', greatest: null },
  { name: 'controller_mutation_rate', greatest: null },
]

/** QuotaConfig.ipConfigs */
const ipKeys: readonly QuotaKey[] = [{ name: 'connection_creation_rate', greatest: MAX_INT }]

/** By so much a whole number may miss itself. */
const TOLERANCE = 1e-6

const noQuotas: ReadonlyMap<string, number> = new Map()

export function decideAlterClientQuotas(
  { clientQuotas }: CatalogState,
  { entries, validateOnly }: AlterClientQuotas,
): CatalogDecision {
  const records: MetadataRecord[] = []
  // An answer for each entity. Of one that comes twice the first changes are made, and the answer is the second's.
  const answers = new Map<string, AlteredQuotas>()
  for (const { entity: parts, ops } of entries) {
    const entity = normalEntity(parts)
    const key = entityKey(entity)
    const isRepeated = answers.has(key)
    const changes = isRepeated
      ? invalid('The entity comes twice')
      : changesOf(entity, ops, clientQuotas.get(key)?.values)
    const isRefused = 'errorCode' in changes
    answers.set(key, { entity, ...(isRefused ? changes : noFault) })
    if (!isRefused) for (const change of changes) records.push(change)
  }
  const altered = [...answers.values()]
  const isTooMuch = records.length > MAX_RECORDS
  const reply = { type: 'alterClientQuotas', entries: isTooMuch ? altered.map(tooMuch) : altered } as const
  return isTooMuch || validateOnly ? { replies: [['', reply]] } : { records, replies: [['', reply]] }
}

/** The answer where the request is more than one decision may write: then nothing of it is done. */
function tooMuch({ entity }: AlteredQuotas): AlteredQuotas {
  return { entity, ...fault('POLICY_VIOLATION', `A request may write at most ${MAX_RECORDS} records of metadata`) }
}

function invalid(errorMessage: string): Fault {
  return fault('INVALID_REQUEST', errorMessage)
}

/** The records of all of `changes` to one entity, which has the quotas `before`; or why none is made. */
function changesOf(
  entity: readonly EntityPart[],
  changes: readonly QuotaChange[],
  before: ReadonlyMap<string, number> = noQuotas,
): readonly MetadataRecord[] | Fault {
  if (new Set(changes.map(({ key }) => key)).size < changes.length) return invalid('A quota comes twice')
  const keys = keysFor(entity)
  if ('errorCode' in keys) return keys
  for (const { key, value, remove } of changes) {
    const wrong = remove ? null : valueFault(keys, key, value)
    if (wrong !== null) return invalid(wrong)
  }
  const real = changes.filter(({ key, value, remove }) => (remove ? before.has(key) : before.get(key) !== value))
  return real.map(({ key, value, remove }) => ({
    type: 'clientQuotaRecord',
    value: { entity: [...entity], key, value: remove ? 0 : value, remove },
  }))
}

/** The quotas that an entity of these parts can have, or why it is none. */
function keysFor(entity: readonly EntityPart[]): readonly QuotaKey[] | Fault {
  const names = new Map(entity.map(({ entityType, entityName }) => [entityType, entityName]))
  if (names.size === 0) return invalid('The entity is empty')
  for (const [type, name] of names) {
    if (!entityTypes.has(type)) return invalid(`There is no entity type ${excerpt(type)}`)
    if (name === '') return invalid(`The name of a ${type} must not be empty`)
  }
  const ip = names.get(EntityType.IP)
  if (ip === undefined) return clientKeys
  if (names.size > 1) return invalid('An address has no user and no client id')
  return ip === null || isAddress(ip) ? ipKeys : invalid(`${excerpt(ip)} is no address, and no host that is known`)
}

/** Where Java would look up a name, only the one of this very machine is known. */
function isAddress(text: string): boolean {
  return text === 'localhost' || isIpAddress(text)
}

/** Why the quota `name` cannot be `value`, or null. */
function valueFault(keys: readonly QuotaKey[], name: string, value: number): string | null {
  const key = keys.find(one => one.name === name)
  if (!key) return `There is no quota ${excerpt(name)} for it`
  if (value <= 0) return `${name} must be greater than 0, and is ${value}`
  if (key.greatest === null) return null
  // As a double, the greatest long is one more than it is.
  if (value > Number(key.greatest)) return `${name} is ${key.greatest} at most, and not ${value}`
  return Math.abs(value % 1) > TOLERANCE ? `${name} must be a whole number, and is ${value}` : null
}
