/** Both internal topics, with something in all their partitions or most. @module */
import type { Target } from '../jobs.ts'
import type { Turn } from '../turn.ts'

/** So many that every partition of `__consumer_offsets` has some. */
const GROUP_COUNT = 500
const TRANSACTIONAL_ID_COUNT = 50

/** The groups are at home in `topic`, which is made where it is missing. */
export async function fillInternalTopics(turn: Turn, target: Target, topic: string): Promise<void> {
  await turn.load('groups', { target, groups: { topic, partitionCount: 1, groupCount: GROUP_COUNT } })
  await turn.load('transactionalIds', { target, count: TRANSACTIONAL_ID_COUNT })
}
