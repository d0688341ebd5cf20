import { describe, expect, test } from 'bun:test'
import { joinGroup } from '../../src/api/11-join-group.ts'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { answerOf, type SimClient } from '../sim/client.ts'
import { describeGroup, joinAlone, joinOf, SYNC_VERSION, syncOf } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const GROUP = 'g'
const ID_REQUIRED = 4
const PROTOCOL_TYPE = 7

/** Joins as a client of `version` does: where it has to come with an id, with the one that it gets. */
function join(client: SimClient, version: number) {
  const first = client.call(joinGroup, version, joinOf(GROUP))
  if (version < ID_REQUIRED) return first
  expect(first).toMatchObject({ errorCode: ErrorCode.MEMBER_ID_REQUIRED, generationId: -1, members: [] })
  return client.call(joinGroup, version, joinOf(GROUP, { memberId: first.memberId }))
}

describe('JoinGroup', () => {
  test.each(versionsOf(joinGroup))('version %i: the first member leads, and is told who is there', version => {
    const joined = join(new World().connect(), version)
    const { memberId } = joined
    expect(memberId).toMatch(/^tester-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const [{ metadata } = { metadata: null }] = joinOf(GROUP).protocols
    expect(joined).toMatchObject({
      errorCode: ErrorCode.NONE,
      generationId: 1,
      protocolType: version < PROTOCOL_TYPE ? null : 'consumer',
      protocolName: 'range',
      leader: memberId,
      skipAssignment: false,
      members: [{ memberId, groupInstanceId: null, metadata }],
    })
  })

  test.each(versionsOf(joinGroup))('version %i: a refusal, without a protocol as the version says it', version => {
    const refused = new World().connect().call(joinGroup, version, joinOf(GROUP, { memberId: 'nobody' }))
    expect(refused).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      generationId: -1,
      protocolType: null,
      protocolName: version < PROTOCOL_TYPE ? '' : null,
      leader: '',
      skipAssignment: false,
      memberId: 'nobody',
      members: [],
    })
  })

  test('two new members never get the same id', () => {
    const client = new World().connect()
    const ids = Array.from({ length: 100 }, () => client.call(joinGroup, 9, joinOf(GROUP)).memberId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('members are described with the client id and the address that they came with', () => {
    const client = new World().connect()
    joinAlone(client, GROUP)
    expect(describeGroup(client, GROUP).members).toMatchObject([{ clientId: 'tester', clientHost: '/10.0.0.1' }])
  })

  test('an answer that comes later is the same as one at once', () => {
    const world = new World()
    const [first, second] = [world.connect(), world.connect()]
    const { memberId } = joinAlone(first, GROUP)
    const asked = second.ask(
      joinGroup,
      5,
      joinOf(GROUP, { memberId: second.call(joinGroup, 5, joinOf(GROUP)).memberId }),
    )
    expect(asked.answer).toBeNull()
    first.call(joinGroup, 9, joinOf(GROUP, { memberId }))
    expect(answerOf(asked)).toMatchObject({
      errorCode: ErrorCode.NONE,
      generationId: 2,
      protocolType: null,
      leader: memberId,
    })
  })

  test('a static member that comes again has its assignment still, and is told so from version 9 on', () => {
    const client = new World().connect()
    const shape = { groupInstanceId: 'one' }
    const { memberId, generationId } = client.call(joinGroup, 9, joinOf(GROUP, shape))
    const member = { groupId: GROUP, memberId, generationId }
    client.call(syncGroup, SYNC_VERSION, { ...syncOf(member, { [memberId]: 'all' }), ...shape })
    for (const [version, skipAssignment] of [
      [9, true],
      [8, false],
      [5, false],
    ] as const) {
      const again = client.call(joinGroup, version, joinOf(GROUP, shape))
      expect(again).toMatchObject({ errorCode: ErrorCode.NONE, generationId, skipAssignment })
      expect(again.memberId).not.toBe(memberId)
    }
  })
})
