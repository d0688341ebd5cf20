import { describe, expect, test } from 'bun:test'
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { type FetchedPartition, FetchSessions } from '../../src/core/fetch-sessions.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { SeededRandom } from '../sim/random.ts'

const { NONE, FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR } = ErrorCode
const EVICTION_MS = 120_000

/** A partition by its index, of the topic 't'. */
function wanted(partition: number, fetchOffset = 0, topicId: Uuid = zeroUuid) {
  const unknown = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 }
  return { topicId, topic: 't', partition, fetchOffset, partitionMaxBytes: 1000, ...unknown }
}

interface Ask {
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly wants?: readonly number[]
  readonly forgets?: readonly number[]
  readonly usesTopicIds?: boolean
  readonly now?: number
}

function setUp(maxCount = 10) {
  const sessions = new FetchSessions(maxCount, new SeededRandom(3))
  const open = ({ sessionId = 0, sessionEpoch = 0, wants = [], forgets = [], usesTopicIds = false, now = 0 }: Ask) =>
    sessions.open(
      {
        sessionId,
        sessionEpoch,
        partitions: wants.map(index => wanted(index)),
        forgotten: forgets.map(index => wanted(index)),
        usesTopicIds,
      },
      now,
    )
  return { sessions, open }
}

const quiet: FetchedPartition = { errorCode: NONE, highWatermark: 0, logStartOffset: 0, hasNews: false }
const indexesOf = ({ partitions }: ReturnType<ReturnType<typeof setUp>['open']>) => partitions.map(of => of.partition)

describe('FetchSessions', () => {
  test('a full fetch begins a session, and answers with all it asks for', () => {
    const { sessions, open } = setUp()
    const context = open({ wants: [3, 1, 2] })
    expect(context.errorCode).toBe(NONE)
    expect(context.sessionId).toBeGreaterThan(0)
    expect(indexesOf(context)).toEqual([3, 1, 2])
    expect(context.select([quiet, quiet, quiet])).toEqual([true, true, true])
    expect(sessions.count).toBe(1)
  })

  test('a fetch of epoch -1 has none, and ends one', () => {
    const { sessions, open } = setUp()
    const { sessionId } = open({ wants: [1] })
    const context = open({ sessionId, sessionEpoch: -1, wants: [2] })
    expect([context.sessionId, indexesOf(context), sessions.count]).toEqual([0, [2], 0])
    expect(context.select([quiet])).toEqual([true])
  })

  test('a full fetch of nothing begins one too, which learns partitions or ends', () => {
    const { sessions, open } = setUp()
    const { sessionId } = open({})
    expect([sessionId > 0, sessions.count]).toEqual([true, 1])
    expect(indexesOf(open({ sessionId, sessionEpoch: 1, wants: [1] }))).toEqual([1])
    const empty = open({ sessionId })
    expect(sessions.count).toBe(1)
    expect(open({ sessionId: empty.sessionId, sessionEpoch: 1 })).toMatchObject({ errorCode: NONE, sessionId: 0 })
    expect(sessions.count).toBe(0)
  })

  test('a partition that is asked for and forgotten at once is forgotten', () => {
    const { open } = setUp()
    const { sessionId } = open({ wants: [0] })
    expect(indexesOf(open({ sessionId, sessionEpoch: 1, wants: [1, 2], forgets: [0, 1] }))).toEqual([2])
  })

  test('a full fetch ends the session that it names, and begins another', () => {
    const { sessions, open } = setUp()
    const { sessionId } = open({ wants: [1] })
    const context = open({ sessionId, wants: [2] })
    expect(context.sessionId).not.toBe(sessionId)
    expect(sessions.count).toBe(1)
    expect(open({ sessionId, sessionEpoch: 1 }).errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND)
  })

  test('goes on with what was asked before, changed by what is asked now', () => {
    const { sessions, open } = setUp()
    const { sessionId } = open({ wants: [1, 2] })
    const later = sessions.open(
      {
        sessionId,
        sessionEpoch: 1,
        partitions: [wanted(2, 50), wanted(3)],
        forgotten: [wanted(1)],
        usesTopicIds: false,
      },
      0,
    )
    expect(later.partitions.map(of => [of.partition, of.fetchOffset])).toEqual([
      [2, 50],
      [3, 0],
    ])
    expect(indexesOf(open({ sessionId, sessionEpoch: 2, forgets: [9] }))).toEqual([2, 3])
  })

  test('answers with those alone that have news', () => {
    const { open } = setUp()
    const first = open({ wants: [0, 1, 2, 3, 4] })
    const { sessionId } = first
    first.select([quiet, quiet, quiet, quiet, quiet])
    const fetched = [
      quiet,
      { ...quiet, hasNews: true },
      { ...quiet, highWatermark: 5 },
      { ...quiet, logStartOffset: 5 },
      { ...quiet, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE },
    ]
    expect(open({ sessionId, sessionEpoch: 1 }).select(fetched)).toEqual([false, true, true, true, true])
  })

  test('what was told is no news any more; an error is told each time, and its end once', () => {
    const { open } = setUp()
    const first = open({ wants: [0] })
    const { sessionId } = first
    first.select([quiet])
    const isTold = (sessionEpoch: number, fetched: FetchedPartition) =>
      open({ sessionId, sessionEpoch }).select([fetched])[0]
    const grown = { ...quiet, highWatermark: 5 }
    const broken = { ...grown, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER }
    expect([isTold(1, grown), isTold(2, grown)]).toEqual([true, false])
    expect([isTold(3, broken), isTold(4, broken), isTold(5, grown), isTold(6, grown)]).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('an error in the first answer is followed by news', () => {
    const { open } = setUp()
    const first = open({ wants: [0] })
    first.select([{ ...quiet, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }])
    expect(open({ sessionId: first.sessionId, sessionEpoch: 1 }).select([quiet])).toEqual([true])
  })

  test('partitions that had records come last the next time, so that none starves', () => {
    const { open } = setUp()
    const { sessionId } = open({ wants: [0, 1, 2] })
    const answer = (sessionEpoch: number, withRecords: number) => {
      const context = open({ sessionId, sessionEpoch })
      context.select(context.partitions.map(of => ({ ...quiet, hasNews: of.partition === withRecords })))
      return indexesOf(context)
    }
    expect([answer(1, 0), answer(2, 1), answer(3, 9)]).toEqual([
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
    ])
  })

  test('a session without partitions left is over', () => {
    const { sessions, open } = setUp()
    const { sessionId } = open({ wants: [1] })
    const last = open({ sessionId, sessionEpoch: 1, forgets: [1] })
    expect([last.errorCode, last.sessionId, last.partitions.length, sessions.count]).toEqual([NONE, 0, 0, 0])
  })

  test('errors name no session, and change none', () => {
    const { open } = setUp()
    const { sessionId } = open({ wants: [1] })
    const other = { sessionId: sessionId === 1 ? 2 : 1, sessionEpoch: 1 }
    for (const [ask, errorCode] of [
      [other, FETCH_SESSION_ID_NOT_FOUND],
      [{ sessionId: 0, sessionEpoch: 1 }, FETCH_SESSION_ID_NOT_FOUND],
      [{ sessionId, sessionEpoch: 2, forgets: [1] }, INVALID_FETCH_SESSION_EPOCH],
      [{ sessionId, sessionEpoch: -2 }, INVALID_FETCH_SESSION_EPOCH],
      [{ sessionId, sessionEpoch: 1, usesTopicIds: true, forgets: [1] }, FETCH_SESSION_TOPIC_ID_ERROR],
      // FetchManager.newContext looks at the epoch first.
      [{ sessionId, sessionEpoch: 2, usesTopicIds: true }, INVALID_FETCH_SESSION_EPOCH],
    ] as const) {
      const { partitions, ...context } = open(ask)
      expect([context.errorCode, context.sessionId, partitions]).toEqual([errorCode, 0, []])
      expect(context.select([])).toEqual([])
    }
    expect(indexesOf(open({ sessionId, sessionEpoch: 1 }))).toEqual([1])
  })

  test('topic ids tell partitions of the same index apart', () => {
    const { sessions } = setUp()
    const ids = ['Kfj7w9vRQ_mQyjUxsGqXwA', 'Kfj7w9vRQ_mQyjUxsGqXwQ'] as Uuid[]
    const partitions = ids.map(id => ({ ...wanted(0, 0, id), topic: '' }))
    const { sessionId } = sessions.open(
      { sessionId: 0, sessionEpoch: 0, partitions, forgotten: [], usesTopicIds: true },
      0,
    )
    const later = sessions.open(
      { sessionId, sessionEpoch: 1, partitions: [], forgotten: partitions.slice(0, 1), usesTopicIds: true },
      0,
    )
    expect(later.partitions.map(of => of.topicId)).toEqual(ids.slice(1))
  })

  test('a cache that is full evicts the one unused for longest, if that is long enough', () => {
    const { sessions, open } = setUp(2)
    const [first, second] = [open({ wants: [1], now: 0 }), open({ wants: [1], now: 1 })]
    open({ sessionId: first.sessionId, sessionEpoch: 1, now: 2 })
    expect(open({ wants: [1], now: EVICTION_MS + 1 }).sessionId).toBe(0)
    expect(open({ wants: [1], now: EVICTION_MS + 2 }).sessionId).toBeGreaterThan(0)
    expect(open({ sessionId: second.sessionId, sessionEpoch: 1 }).errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND)
    expect(open({ sessionId: first.sessionId, sessionEpoch: 2 }).errorCode).toBe(NONE)
    expect(sessions.count).toBe(2)
  })

  test('a cache without slots holds none', () => {
    const { sessions, open } = setUp(0)
    const context = open({ wants: [1] })
    expect([context.sessionId, indexesOf(context), sessions.count]).toEqual([0, [1], 0])
  })

  test('ids are not given twice at a time', () => {
    const numbers = [5, 5, 5, 6]
    const sessions = new FetchSessions(10, { below: () => numbers.shift() ?? 0 })
    const open = () =>
      sessions.open({ sessionId: 0, sessionEpoch: 0, partitions: [wanted(0)], forgotten: [], usesTopicIds: false }, 0)
    expect([open().sessionId, open().sessionId]).toEqual([6, 7])
  })
})
