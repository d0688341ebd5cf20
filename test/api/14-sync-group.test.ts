import { describe, expect, test } from 'bun:test'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { answerOf, type SimClient } from '../sim/client.ts'
import { askToJoin, syncOf } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const GROUP = 'g'
const NAMES_REQUIRED = 5

function joined(client: SimClient) {
  const { memberId, generationId } = answerOf(askToJoin(client, GROUP))
  return { groupId: GROUP, memberId, generationId }
}

describe('SyncGroup', () => {
  test.each(versionsOf(syncGroup))('version %i: the leader gets what it gives', version => {
    const client = new World().connect()
    const member = joined(client)
    const isNamed = version >= NAMES_REQUIRED
    expect(client.call(syncGroup, version, syncOf(member, { [member.memberId]: 'all' }))).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      protocolType: isNamed ? 'consumer' : null,
      protocolName: isNamed ? 'range' : null,
      assignment: new TextEncoder().encode('all'),
    })
  })

  test.each([{ protocolType: null }, { protocolName: null }, { protocolName: 'other' }])(
    'version 5 compares the protocol: %p',
    shape => {
      const client = new World().connect()
      const member = joined(client)
      const answer = client.call(syncGroup, NAMES_REQUIRED, { ...syncOf(member), ...shape })
      expect(answer.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
      expect(client.call(syncGroup, 4, syncOf(member)).errorCode).toBe(ErrorCode.NONE)
    },
  )

  test.each(versionsOf(syncGroup))('version %i: one who is no member', version => {
    const client = new World().connect()
    const answer = client.call(syncGroup, version, syncOf({ ...joined(client), memberId: 'nobody' }))
    expect(answer).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, assignment: new Uint8Array(0) })
  })
})
