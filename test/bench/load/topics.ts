/** Topics to load: made, and waited for. @module */
import { ErrorCode, errorName } from '../../../src/wire/errors.ts'
import type { Infer } from '../../../src/wire/schema.ts'
import type { Jobs, Shape, Target } from '../jobs.ts'
import { ask } from './ask.ts'
import { Buffered, Connection, waitUntil } from './connection.ts'
import { CREATE_TOPICS, createTopicsFrame, METADATA, metadataFrame } from './requests.ts'

const INPUT_BYTES = 1024 * 1024
const TRIES = 200
const PAUSE_NS = 50e6

/** Makes a topic, if it is not there, and waits until each partition has a leader. The bare sink has no topics. */
export function ensureTopic(target: Target, { topic, partitionCount }: Pick<Shape, 'topic' | 'partitionCount'>): void {
  if (target.isBroker) ensureTopics(target.port, [topic], partitionCount)
}

export function makeTopics({ target, topicCount }: Jobs['topics']['job']): Jobs['topics']['result'] {
  const names = Array.from({ length: topicCount }, (_, index) => `topic-${index}`)
  if (target.isBroker) ensureTopics(target.port, names, 1)
  return { topicCount }
}

function ensureTopics(port: number, names: readonly string[], partitionCount: number): void {
  const connection = Connection.open(port, new Buffered(INPUT_BYTES))
  const { topics } = ask(connection, createTopicsFrame(names, partitionCount), CREATE_TOPICS)
  for (const { name, errorCode } of topics) {
    if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS)
      throw new Error(`topic ${name} cannot be made: ${errorName(errorCode)}`)
  }
  const frame = metadataFrame(names)
  for (let tries = 0; !areLed(ask(connection, frame, METADATA), partitionCount); tries++) {
    if (tries === TRIES) throw new Error('the topics get no leaders')
    waitUntil(Bun.nanoseconds() + PAUSE_NS)
  }
  connection.close()
}

function areLed({ topics }: Infer<typeof METADATA.contract.response>, partitionCount: number): boolean {
  return topics.every(({ errorCode, partitions }) => {
    if (errorCode !== ErrorCode.NONE || partitions.length !== partitionCount) return false
    return partitions.every(partition => partition.errorCode === ErrorCode.NONE)
  })
}
