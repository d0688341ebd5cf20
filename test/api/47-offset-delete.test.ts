import { describe, expect, test } from 'bun:test'
import { offsetDelete } from '../../src/api/47-offset-delete.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { commit, committed, joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'

const { NONE, UNKNOWN_TOPIC_OR_PARTITION: UNKNOWN } = ErrorCode

/** A group that has committed for two partitions of topic 't', and what it answers to an OffsetDelete. */
function setUp() {
  const world = new World()
  world.createTopic('t', 2)
  const client = world.connect()
  commit(client, 'g', [1, 2])
  const remove = (groupId: string, ...topics: readonly (readonly [name: string, ...indexes: number[]])[]) => {
    const entries = topics.map(([name, ...indexes]) => ({
      name,
      partitions: indexes.map(partitionIndex => ({ partitionIndex })),
    }))
    const answer = client.call(offsetDelete, 0, { groupId, topics: entries })
    const codes = answer.topics.map(({ name, partitions }) => [
      name,
      ...partitions.map(of => [of.partitionIndex, of.errorCode]),
    ])
    return { errorCode: answer.errorCode, codes }
  }
  return { client, remove }
}

describe('OffsetDelete', () => {
  test('forgets what was committed, and tells what is not there', () => {
    const { client, remove } = setUp()
    expect(remove('g', ['none', 0], ['t', 1, 7])).toEqual({
      errorCode: NONE,
      codes: [
        ['none', [0, UNKNOWN]],
        ['t', [7, UNKNOWN], [1, NONE]],
      ],
    })
    expect(committed(client, 'g')).toEqual({ 't-0': 1 })
  })

  test('tells once of a topic that comes twice, and of one without partitions that is not there', () => {
    const { remove } = setUp()
    const gone = (index: number) => [index, UNKNOWN]
    expect(remove('g', ['t', 3, 3], ['t', 1], ['t', 99, 0], ['none'], ['']).codes).toEqual([
      ['t', gone(3), gone(3), gone(99), [1, NONE], [0, NONE]],
      ['none'],
      [''],
    ])
    expect(remove('g', ['none', 0], ['t'], ['none', 1]).codes).toEqual([['none', gone(0), gone(1)]])
  })

  test('an error of the group is the whole answer', () => {
    const { remove } = setUp()
    expect(remove('none', ['t', 0], ['none', 0])).toEqual({ errorCode: ErrorCode.GROUP_ID_NOT_FOUND, codes: [] })
    expect(remove('')).toEqual({ errorCode: ErrorCode.INVALID_GROUP_ID, codes: [] })
  })

  test('leaves the offsets of topics that the group is subscribed to', () => {
    const { client, remove } = setUp()
    const member = joinAlone(client, 'g')
    commit(client, 'g', [5], member)
    expect(remove('g', ['t', 0]).codes).toEqual([['t', [0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC]]])
    expect(committed(client, 'g')).toEqual({ 't-0': 5, 't-1': 2 })
  })
})
