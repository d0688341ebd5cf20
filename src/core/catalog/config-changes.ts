/** What the operations of a request make of a resource's configs (ConfigurationControlManager). @module */
import { type Definition, excerpt } from '../configs/definition.ts'
import type { ConfigTable } from '../configs/table.ts'
import type { ConfigChange, ConfigResource, ResourceChange } from './commands.ts'
import { type Fault, fault } from './decision.ts'
import type { MetadataRecord } from './metadata-record.ts'
import { ResourceType } from './state.ts'

/** AlterConfigOp.OpType. */
export const Operation = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const

/** A record can hold no longer string. */
const MAX_VALUE_BYTES = 32_767

export interface ChangedConfigs {
  /** All that the resource has set in the end. */
  readonly configs: ReadonlyMap<string, string>
  /** What that changes. */
  readonly records: readonly MetadataRecord[]
}

/** Whether Kafka knows the operation. */
export function isOperation({ configOperation = Operation.SET }: ConfigChange): boolean {
  return configOperation >= Operation.SET && configOperation <= Operation.SUBTRACT
}

/**
 * The configs of `resource`, which has set `before`, once its changes are made; where `isReplacing`, to nothing but what
 * they say. `lists` has the configs that can be appended to.
 */
export function changedConfigs(
  resource: ResourceChange,
  before: ReadonlyMap<string, string>,
  isReplacing: boolean,
  lists: ConfigTable | null,
): ChangedConfigs | Fault {
  const configs = new Map(isReplacing ? [] : before)
  const records: MetadataRecord[] = []
  for (const change of resource.configs) {
    const { name } = change
    const current = before.get(name) ?? null
    const changed = changedValue(change, current, lists?.find(name) ?? null)
    if ('errorCode' in changed) return changed
    const { value } = changed
    if (value === null) configs.delete(name)
    else configs.set(name, value)
    // A broker is told again what it knows: Kafka's has it look again at the files that a config names (KAFKA-14136).
    if (value !== current || resource.resourceType === ResourceType.BROKER) {
      records.push(configRecord(resource, name, value))
    }
  }
  if (isReplacing) {
    for (const name of before.keys()) if (!configs.has(name)) records.push(configRecord(resource, name, null))
  }
  return { configs, records }
}

function changedValue(
  { name, configOperation = Operation.SET, value }: ConfigChange,
  current: string | null,
  list: Definition | null,
): { readonly value: string | null } | Fault {
  if (configOperation === Operation.SET) return { value }
  if (configOperation === Operation.DELETE) return { value: null }
  const isAppend = configOperation === Operation.APPEND
  // Kafka stumbles over what it does not know.
  if (!isAppend && configOperation !== Operation.SUBTRACT) return fault('UNKNOWN_SERVER_ERROR', null)
  if (list?.type !== 'list') {
    const operation = isAppend ? 'APPEND' : 'SUBTRACT'
    return fault('INVALID_CONFIG', `Can't ${operation} to key ${excerpt(name)} because its type is not LIST.`)
  }
  const before = split(current ?? list.default ?? '').filter(word => word !== '')
  const words = split(value ?? '')
  const after = (isAppend ? [...before, ...added(before, words)] : left(before, words)).join(',')
  if (new TextEncoder().encode(after).length <= MAX_VALUE_BYTES) return { value: after }
  const limit = `exceeds the maximum value size of ${MAX_VALUE_BYTES} bytes.`
  return fault('INVALID_CONFIG', `The configuration value cannot be added because it ${limit}`)
}

/** Each word of `words` once, unless it is in `list` already. */
function added(list: readonly string[], words: readonly string[]): string[] {
  const known = new Set(list)
  return [...new Set(words)].filter(word => !known.has(word))
}

/** What is left of `list` when each of `words` has taken one of its like away. */
function left(list: readonly string[], words: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return list.filter(word => {
    const count = counts.get(word) ?? 0
    counts.set(word, count - 1)
    return count <= 0
  })
}

/** Java's String.split: empty words at the end do not count, unless the whole text is empty. */
function split(text: string): string[] {
  const words = text.split(',')
  while (text !== '' && words.at(-1) === '') words.pop()
  return words
}

function configRecord(
  { resourceType, resourceName }: ConfigResource,
  name: string,
  value: string | null,
): MetadataRecord {
  return { type: 'configRecord', value: { resourceType, resourceName, name, value } }
}
