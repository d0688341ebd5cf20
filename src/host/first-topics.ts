/** Topics that are there before the first client asks. @module */
import type { Catalog } from '../core/catalog/catalog.ts'
import { type TopicWish, UsageError } from './config.ts'

/** The broker answers at once: a time above 0 is enough. */
const TIMEOUT_MS = 1

/**
 * Makes those that are missing. One that is there stays as it is, and must have as many partitions as are wished for.
 * Throws UsageError, and JournalError where the disk refuses.
 */
export function makeTopics(catalog: Catalog, wishes: readonly TopicWish[], nowMs: number): void {
  for (const { name, partitionCount } of wishes) {
    const count = catalog.topicByName(name)?.partitions.length ?? partitionCount
    if (count === partitionCount) continue
    throw new UsageError(`--topic ${name}:${partitionCount}: the topic is there, with ${counted(count)}`)
  }
  const missing = wishes.filter(({ name }) => catalog.topicByName(name) === null)
  const topics = missing.map(({ name, partitionCount, configs }) => ({
    name,
    numPartitions: partitionCount,
    replicationFactor: -1,
    assignments: [],
    configs,
  }))
  for (const { name, errorMessage } of catalog.createTopics(
    { topics, validateOnly: false, timeoutMs: TIMEOUT_MS },
    nowMs,
  )) {
    if (catalog.topicByName(name) === null) throw new UsageError(`--topic ${name}: ${errorMessage ?? 'refused'}`)
  }
}

function counted(partitions: number): string {
  return partitions === 1 ? '1 partition' : `${partitions} partitions`
}
