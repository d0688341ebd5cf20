/** Topics that are there before the first client asks. @module */
import type { Catalog } from '../core/catalog/catalog.ts'
import { MAX_RECORDS } from '../core/catalog/decision.ts'
import { type TopicWish, UsageError } from './config.ts'

/** The broker answers at once: a time above 0 is enough. */
const TIMEOUT_MS = 1

/**
 * Makes those that are missing, or none where one of them cannot be made. One that is there stays as it is, and must have
 * as many partitions as are wished for. Throws UsageError, and JournalError where the disk refuses.
 */
export function makeTopics(catalog: Catalog, wishes: readonly TopicWish[], nowMs: number): void {
  for (const { name, partitionCount } of wishes) {
    const count = catalog.topicByName(name)?.partitions.length ?? partitionCount
    if (count === partitionCount) continue
    throw new UsageError(`--topic ${name}:${partitionCount}: the topic is there, with ${counted(count)}`)
  }
  const requests = inRequests(wishes.filter(({ name }) => catalog.topicByName(name) === null))
  for (const validateOnly of [true, false]) {
    for (const request of requests) ask(catalog, request, validateOnly, nowMs)
  }
}

function ask(catalog: Catalog, wishes: readonly TopicWish[], validateOnly: boolean, nowMs: number): void {
  const topics = wishes.map(({ name, partitionCount, configs }) => ({
    name,
    numPartitions: partitionCount,
    replicationFactor: -1,
    assignments: [],
    configs,
  }))
  for (const { name, errorMessage } of catalog.createTopics({ topics, validateOnly, timeoutMs: TIMEOUT_MS }, nowMs)) {
    if (errorMessage !== null) throw new UsageError(`--topic ${name}: ${errorMessage}`)
  }
}

/** Each as many as one request may write. */
function inRequests(wishes: readonly TopicWish[]): TopicWish[][] {
  const requests: TopicWish[][] = []
  let room = 0
  for (const wish of wishes) {
    const count = recordCountOf(wish)
    if (requests.length === 0 || count > room) {
      requests.push([])
      room = MAX_RECORDS
    }
    requests.at(-1)?.push(wish)
    room -= count
  }
  return requests
}

/** The records of metadata that make a topic: itself, its partitions and configs; `min.insync.replicas` takes another. */
export function recordCountOf({ partitionCount, configs }: TopicWish): number {
  const others = configs.some(({ name }) => name === 'min.insync.replicas') ? 2 : 1
  return partitionCount + configs.length + others
}

function counted(partitions: number): string {
  return partitions === 1 ? '1 partition' : `${partitions} partitions`
}
