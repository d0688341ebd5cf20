import { describe, expect, test } from 'bun:test'
import { leaveGroup } from '../../src/api/13-leave-group.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { describeGroup, joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const GROUP = 'g'
const SEVERAL_MEMBERS = 3

const requestOf = (groupId: string, memberId: string) => ({ groupId, memberId, members: [{ memberId }] })

describe('LeaveGroup', () => {
  test.each(versionsOf(leaveGroup))('version %i: a member leaves, and is told so at its place', version => {
    const client = new World().connect()
    const { memberId } = joinAlone(client, GROUP)
    const left = client.call(leaveGroup, version, requestOf(GROUP, memberId))
    const one = { memberId, groupInstanceId: null, errorCode: ErrorCode.NONE }
    expect(left).toEqual({
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      members: version < SEVERAL_MEMBERS ? [] : [one],
    })
    expect(describeGroup(client, GROUP)).toMatchObject({ groupState: 'Empty', members: [] })
  })

  test.each(versionsOf(leaveGroup))('version %i: one who is no member', version => {
    const client = new World().connect()
    joinAlone(client, GROUP)
    const answer = client.call(leaveGroup, version, requestOf(GROUP, 'nobody'))
    const { NONE, UNKNOWN_MEMBER_ID } = ErrorCode
    expect(answer.errorCode).toBe(version < SEVERAL_MEMBERS ? UNKNOWN_MEMBER_ID : NONE)
    if (version >= SEVERAL_MEMBERS) expect(answer.members).toMatchObject([{ errorCode: UNKNOWN_MEMBER_ID }])
  })

  test.each(versionsOf(leaveGroup))('version %i: a group without a name', version => {
    const answer = new World().connect().call(leaveGroup, version, requestOf('', 'm'))
    expect(answer).toEqual({ throttleTimeMs: 0, errorCode: ErrorCode.INVALID_GROUP_ID, members: [] })
  })
})
