/** Client quotas (KIP-257, KIP-546, KIP-612): whom they are for, and which of them a filter lets through. @module */
import type { Infer } from '../../wire/schema.ts'
import { excerpt } from '../configs/definition.ts'
import { type Fault, fault } from './decision.ts'
import type { clientQuotaRecord } from './records.ts'

/** One side of an entity: a name of a type, or null for all names that have no quotas of their own. */
export interface EntityPart {
  readonly entityType: string
  readonly entityName: string | null
}

/** The quotas of one entity, which has a part for one type or several. */
export interface ClientQuota {
  readonly entity: readonly EntityPart[]
  readonly values: ReadonlyMap<string, number>
}

/** Quotas by entity, see `entityKey`. */
export type ClientQuotas = Map<string, ClientQuota & { readonly values: Map<string, number> }>

export interface QuotaFilter {
  readonly components: readonly FilterComponent[]
  /** Entities with parts of other types do not pass. */
  readonly strict: boolean
}

export interface FilterComponent {
  readonly entityType: string
  readonly matchType: number
  readonly match: string | null
}

export const EntityType = { USER: 'user', CLIENT_ID: 'client-id', IP: 'ip' } as const

/** DescribeClientQuotasRequest */
const MatchType = { EXACT: 0, DEFAULT: 1, ANY: 2 } as const

export const entityTypes: ReadonlySet<string> = new Set(Object.values(EntityType))

/** The parts in one order, and of a type that comes twice the last one. */
export function normalEntity(entity: readonly EntityPart[]): EntityPart[] {
  const byType = new Map(entity.map(part => [part.entityType, part]))
  return [...byType.values()].sort((one, other) => (one.entityType < other.entityType ? -1 : 1))
}

/** The same for the same parts, where they are in that order. */
export function entityKey(entity: readonly EntityPart[]): string {
  return JSON.stringify(entity.map(({ entityType, entityName }) => [entityType, entityName]))
}

export function replayClientQuota(quotas: ClientQuotas, record: Infer<typeof clientQuotaRecord.fields>): void {
  const { key, value, remove } = record
  const entity = normalEntity(record.entity)
  const id = entityKey(entity)
  const { values } = quotas.get(id) ?? { values: new Map<string, number>() }
  if (remove) values.delete(key)
  else values.set(key, value)
  if (values.size === 0) quotas.delete(id)
  else quotas.set(id, { entity, values })
}

/** Those that pass `filter`, or why it is none (ClientQuotasImage.describe). */
export function describeClientQuotas(quotas: ClientQuotas, filter: QuotaFilter): readonly ClientQuota[] | Fault {
  const wrong = filterFault(filter.components)
  if (wrong) return wrong
  // Kafka lets everything through an empty filter, and nothing through one that is strict.
  return [...quotas.values()].filter(({ entity }) => isMatch(entity, filter))
}

function filterFault(components: readonly FilterComponent[]): Fault | null {
  const types = new Set<string>()
  for (const component of components) {
    const { entityType } = component
    if (entityType === '') return fault('INVALID_REQUEST', 'A component of the filter has no entity type')
    if (types.has(entityType)) return fault('INVALID_REQUEST', `The filter names ${excerpt(entityType)} twice`)
    if (!entityTypes.has(entityType)) {
      return fault('UNSUPPORTED_VERSION', `There is no entity type ${excerpt(entityType)}`)
    }
    const wrong = matchFault(component)
    if (wrong !== null) return fault('INVALID_REQUEST', wrong)
    types.add(entityType)
  }
  if (!types.has(EntityType.IP) || types.size === 1) return null
  return fault('INVALID_REQUEST', 'An address has no user and no client id: its filter stands alone')
}

function matchFault({ matchType, match }: FilterComponent): string | null {
  if (matchType === MatchType.EXACT) return match === null ? 'An exact match needs a name to match' : null
  if (matchType !== MatchType.DEFAULT && matchType !== MatchType.ANY) return `There is no match type ${matchType}`
  return match === null ? null : `Match type ${matchType} takes no name`
}

function isMatch(entity: readonly EntityPart[], { components, strict }: QuotaFilter): boolean {
  if (strict && entity.length !== components.length) return false
  return components.every(({ entityType, matchType, match }) => {
    const part = entity.find(one => one.entityType === entityType)
    // The default's match is null, and so is its name.
    return part !== undefined && (matchType === MatchType.ANY || part.entityName === match)
  })
}
