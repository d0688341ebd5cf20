/** Many groups: made, read, and loaded. @module */
import { concatBytes } from '../../../src/base/bytes.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import type { CommittedGroups, Jobs } from '../jobs.ts'
import { memoryOf } from '../linux.ts'
import { AnswerError, checkCommitted } from './answers.ts'
import { ask, readAt } from './ask.ts'
import { Buffered, Connection } from './connection.ts'
import { findCoordinator, isNotYet, refuse } from './coordinator.ts'
import { LIST_GROUPS, listGroupsFrame, OFFSET_FETCH, offsetCommitFrame, offsetFetchFrame } from './group-requests.ts'
import { ensureTopic } from './topics.ts'

/** All groups in one answer. */
const INPUT_BYTES = 8 * 1024 * 1024
const IN_FLIGHT = 50
const TRIES = 200
const PAUSE_MS = 50
/** Before and after what is measured: what lies about is collected. */
const CALM_MS = 1000
const NS_PER_MS = 1e6

const groupName = (index: number) => `group-${index}`
/** What each group has committed for each partition tells them all apart. */
const offsetOf = ({ partitionCount }: CommittedGroups, group: number, partition: number) =>
  group * partitionCount + partition

export async function makeGroups({ target, groups }: Jobs['groups']['job']): Promise<Jobs['groups']['result']> {
  const { groupCount } = groups
  if (!target.isBroker || groupCount === 0) return { groupCount }
  ensureTopic(target, groups)
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  findCoordinator(connection, groupName(0))
  const all = Array.from({ length: groupCount }, (_, index) => index)
  let refused = commitAll(connection, groups, all)
  for (let tries = 1; refused.length > 0; tries++) {
    if (tries === TRIES) throw new Error('groups get no coordinator')
    await Bun.sleep(PAUSE_MS)
    refused = commitAll(connection, groups, refused)
  }
  connection.close()
  return { groupCount }
}

/** Returns those for whom there is no coordinator yet. */
function commitAll(connection: Connection, groups: CommittedGroups, indexes: readonly number[]): number[] {
  const refused: number[] = []
  for (let start = 0; start < indexes.length; start += IN_FLIGHT) {
    const window = indexes.slice(start, start + IN_FLIGHT)
    connection.send(Buffered.of(concatBytes(window.map(index => commitFrame(groups, index)))))
    for (const index of window) if (!isCommitted(connection)) refused.push(index)
  }
  return refused
}

function commitFrame(groups: CommittedGroups, index: number): Uint8Array {
  const offsets = Array.from({ length: groups.partitionCount }, (_, partition) => offsetOf(groups, index, partition))
  return offsetCommitFrame({ groupId: groupName(index), memberId: '', generationId: -1 }, groups.topic, offsets)
}

function isCommitted(connection: Connection): boolean {
  const answer = connection.receive()
  try {
    checkCommitted(connection.view, answer)
    return true
  } catch (error) {
    if (isNotYet(error)) return false
    throw error
  }
}

/** What asks for that which the first group has committed, and checks it; it may throw an AnswerError. */
export function committedReader(groups: CommittedGroups): (connection: Connection) => void {
  const { topic, partitionCount } = groups
  const frame = offsetFetchFrame(groupName(0), topic, partitionCount)
  return connection => {
    const { topics } = refuse('OffsetFetch', ask(connection, frame, OFFSET_FETCH))
    const partitions = topics[0]?.partitions ?? []
    for (const { partitionIndex, committedOffset, errorCode } of partitions) {
      if (errorCode !== ErrorCode.NONE) throw new AnswerError('OffsetFetch', errorCode)
      if (committedOffset !== offsetOf(groups, 0, partitionIndex)) throw new Error('a committed offset is lost')
    }
    if (partitions.length !== partitionCount) throw new Error('committed offsets are lost')
  }
}

export async function runLoadGroups({
  target,
  groupCount,
}: Jobs['loadGroups']['job']): Promise<Jobs['loadGroups']['result']> {
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const output = Buffered.of(listGroupsFrame())
  await Bun.sleep(CALM_MS)
  const before = memoryOf(target.pid).anonymousBytes
  const started = Bun.nanoseconds()
  connection.send(output)
  const answer = connection.receive()
  const ms = (Bun.nanoseconds() - started) / NS_PER_MS
  const { groups } = refuse('ListGroups', readAt(connection, answer, LIST_GROUPS))
  if (groups.length !== groupCount) throw new Error(`${groups.length} groups are there, not ${groupCount}`)
  await Bun.sleep(CALM_MS)
  return { ms, bytes: memoryOf(target.pid).anonymousBytes - before }
}
