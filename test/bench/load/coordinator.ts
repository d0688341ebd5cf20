/** Groups and their coordinator, which takes its time with the first of them. @module */
import { ErrorCode } from '../../../src/wire/errors.ts'
import { AnswerError } from './answers.ts'
import { ask } from './ask.ts'
import { type Connection, waitUntil } from './connection.ts'
import {
  FIND_COORDINATOR,
  findCoordinatorFrame,
  JOIN_GROUP,
  joinGroupFrame,
  type Member,
  SYNC_GROUP,
  syncGroupFrame,
} from './group-requests.ts'

const DEADLINE_NS = 30e9
const PAUSE_NS = 1e6

/** Whoever is answered so has to try again: the coordinator is not there yet, or still loads. */
const NOT_YET: readonly number[] = [
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
]

export function isNotYet(error: unknown): boolean {
  return error instanceof AnswerError && NOT_YET.includes(error.code)
}

/** Does `attempt` until a coordinator is there for it. @throws AnswerError */
export function untilCoordinated<A>(attempt: () => A): A {
  for (const deadline = Bun.nanoseconds() + DEADLINE_NS; ; waitUntil(Bun.nanoseconds() + PAUSE_NS)) {
    try {
      return attempt()
    } catch (error) {
      if (!isNotYet(error) || Bun.nanoseconds() > deadline) throw error
    }
  }
}

/** Has the broker make what groups are kept in. */
export function findCoordinator(connection: Connection, groupId: string): void {
  const frame = findCoordinatorFrame(groupId)
  untilCoordinated(() => refuse('FindCoordinator', ask(connection, frame, FIND_COORDINATOR)))
}

/** Joins a group that has no members, as one that wants no partitions. */
export function join(connection: Connection, groupId: string): Member {
  findCoordinator(connection, groupId)
  const frame = joinGroupFrame(groupId)
  const { memberId, generationId } = untilCoordinated(() => refuse('JoinGroup', ask(connection, frame, JOIN_GROUP)))
  const member = { groupId, memberId, generationId }
  refuse('SyncGroup', ask(connection, syncGroupFrame(member), SYNC_GROUP))
  return member
}

/** @throws AnswerError */
export function refuse<A extends { readonly errorCode: number }>(api: string, answer: A): A {
  if (answer.errorCode !== ErrorCode.NONE) throw new AnswerError(api, answer.errorCode)
  return answer
}
