import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { Groups, SESSION_MS } from '../fixture.ts'

describe('a heartbeat', () => {
  test('of a stranger, of another generation, of another group', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    expect(groups.heartbeat('zz', 1).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(groups.heartbeat(memberId, 77).errorCode).toBe(ErrorCode.ILLEGAL_GENERATION)
    const request = { groupId: 'none', memberId, generationId: 1, groupInstanceId: null }
    expect(groups.ask({ type: 'heartbeat', request }).response.errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('of a static member', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId: 'instance' })
    expect(groups.heartbeat(memberId, 1, 'instance').errorCode).toBe(ErrorCode.NONE)
    expect(groups.heartbeat('zz', 1, 'instance').errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect(groups.heartbeat(memberId, 1, 'who').errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('in each state of the group', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    expect(groups.heartbeat(memberId, 1).errorCode).toBe(ErrorCode.NONE)
    groups.sync({ memberId })
    expect(groups.heartbeat(memberId, 1).errorCode).toBe(ErrorCode.NONE)
    groups.join({}, 3)
    expect(groups.heartbeat(memberId, 1).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
  })

  test('keeps a session alive, and sets no timer anew for that', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    groups.sync({ memberId })
    const timers = new Map(groups.timers)
    groups.advance(SESSION_MS - 1)
    groups.heartbeat(memberId, 1)
    expect(new Map(groups.timers)).toEqual(timers)
    groups.advance(SESSION_MS - 1)
    expect(groups.describe().members).toHaveLength(1)
    groups.advance(1)
    expect(groups.describe()).toMatchObject({ groupState: 'Empty', members: [] })
  })

  test('keeps a session alive in a rebalance, too', () => {
    const groups = new Groups()
    const { follower, leader, generationId } = groups.stablePair()
    groups.join({ memberId: leader }, 3)
    groups.advance(SESSION_MS - 1)
    groups.heartbeat(follower, generationId)
    groups.advance(SESSION_MS - 1)
    expect(groups.describe().members).toHaveLength(2)
  })
})
