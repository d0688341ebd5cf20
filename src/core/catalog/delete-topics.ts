/** Which topics go, and why the others do not (Kafka's ControllerApis.deleteTopics). @module */
import { type Uuid, zeroUuid } from '../../base/uuid.ts'
import { ErrorCode } from '../../wire/errors.ts'
import type { CatalogEffect, DeletedTopic, DeleteTopics, TopicReference } from './commands.ts'
import { type CatalogDecision, MAX_RECORDS } from './decision.ts'
import type { MetadataRecord } from './metadata-record.ts'
import type { CatalogState } from './state.ts'

export function decideDeleteTopics(state: CatalogState, { topics, timeoutMs }: DeleteTopics): CatalogDecision {
  const { names, ids, answers } = sort(topics)
  if (timeoutMs <= 0 && names.size + ids.size > 0) {
    return answer(topics.map(topic => refused(topic.name, topic.topicId, 'REQUEST_TIMED_OUT', null)))
  }
  const going = new Set<Uuid>()
  for (const id of ids) {
    if (state.topicsById.has(id)) going.add(id)
    else answers.push(refused(null, id, 'UNKNOWN_TOPIC_ID', 'No topic has this id'))
  }
  for (const name of names) {
    const topic = state.topicsByName.get(name)
    if (!topic) answers.push(refused(name, zeroUuid, 'UNKNOWN_TOPIC_OR_PARTITION', 'No topic has this name'))
    else if (going.delete(topic.id)) {
      answers.push(refused(name, topic.id, 'INVALID_REQUEST', 'The request names the topic by its id too'))
    } else going.add(topic.id)
  }
  const records: MetadataRecord[] = []
  const effects: CatalogEffect[] = []
  for (const topicId of going) {
    const topic = state.topicsById.get(topicId)
    if (!topic) continue
    if (records.length === MAX_RECORDS) {
      // Kafka's list of records overflows, which it has no code for.
      answers.push(refused(topic.name, topicId, 'UNKNOWN_SERVER_ERROR', null))
      continue
    }
    records.push({ type: 'removeTopicRecord', value: { topicId } })
    effects.push({ type: 'topicDeleted', topic })
    answers.push({ name: topic.name, topicId, errorCode: ErrorCode.NONE, errorMessage: null })
  }
  return { records, effects, ...answer(answers) }
}

function answer(topics: readonly DeletedTopic[]): CatalogDecision {
  return { replies: [['', { type: 'deleteTopics', topics }]] }
}

/** The names and ids that come once, and an answer for each of the others. */
function sort(topics: readonly TopicReference[]) {
  const names = new Counter<string>()
  const ids = new Counter<Uuid>()
  const answers: DeletedTopic[] = []
  for (const { name, topicId } of topics) {
    const hasId = topicId !== zeroUuid
    if (name !== null && !hasId) names.add(name)
    else if (name === null && hasId) ids.add(topicId)
    else answers.push(refused(name, topicId, 'INVALID_REQUEST', 'A topic goes by its name or by its id'))
  }
  const twice = 'The request names the topic twice'
  for (const name of names.repeated) answers.push(refused(name, zeroUuid, 'INVALID_REQUEST', twice))
  for (const id of ids.repeated) answers.push(refused(null, id, 'INVALID_REQUEST', twice))
  return { names: names.single, ids: ids.single, answers }
}

/** Tells what was added once from what was added more often. */
class Counter<T> {
  readonly single = new Set<T>()
  readonly repeated = new Set<T>()

  add(value: T): void {
    if (this.repeated.has(value)) return
    if (this.single.delete(value)) this.repeated.add(value)
    else this.single.add(value)
  }
}

function refused(
  name: string | null,
  topicId: Uuid,
  error: keyof typeof ErrorCode,
  errorMessage: string | null,
): DeletedTopic {
  return { name, topicId, errorCode: ErrorCode[error], errorMessage }
}
