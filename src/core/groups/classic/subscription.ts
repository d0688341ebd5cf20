/** What the coordinator reads of a classic consumer's metadata: the topics, which all versions begin with. @module */
import { codecOf } from '../../../wire/compile.ts'
import { MalformedError } from '../../../wire/errors.ts'
import { Reader } from '../../../wire/reader.ts'
import { consumerProtocolSubscription } from './protocol.ts'

/** The protocol type of consumers (ConsumerProtocol.PROTOCOL_TYPE). */
export const CONSUMER_PROTOCOL_TYPE = 'consumer'
const FIRST_VERSION = 0

/** The topics that any of `subscriptions` names, or null where one is missing or cannot be read. */
export function subscribedTopics(subscriptions: readonly (Uint8Array | null)[]): ReadonlySet<string> | null {
  const topics = new Set<string>()
  const codec = codecOf(consumerProtocolSubscription.fields, FIRST_VERSION, false)
  try {
    for (const bytes of subscriptions) {
      if (!bytes) return null
      const reader = new Reader(bytes)
      if (reader.int16() < FIRST_VERSION) return null
      for (const topic of codec.read(reader).topics) topics.add(topic)
    }
  } catch (error) {
    if (error instanceof MalformedError) return null
    throw error
  }
  return topics
}
