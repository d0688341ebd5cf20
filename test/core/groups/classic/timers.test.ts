import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { Groups, REBALANCE_MS, SESSION_MS } from '../fixture.ts'

const NEW_MEMBER_MS = 5 * 60_000

describe('a session that ends', () => {
  test('is a rebalance for the others', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    groups.advance(SESSION_MS - 1)
    groups.heartbeat(leader, generationId)
    groups.advance(1)
    expect(groups.heartbeat(leader, generationId).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(groups.heartbeat(follower, generationId).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('does not end for one who waits for the others', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const rejoin = groups.join({ memberId: leader }, 3)
    groups.advance(SESSION_MS - 1)
    groups.heartbeat(follower, generationId)
    groups.advance(SESSION_MS - 1)
    groups.joined({ memberId: follower }, 3)
    expect(groups.joinAnswer(rejoin).members).toHaveLength(2)
    groups.advance(SESSION_MS - 1)
    expect(groups.heartbeat(leader, generationId + 1).errorCode).toBe(ErrorCode.NONE)
  })

  test('ends after five minutes for a new member, though it waits', () => {
    const groups = new Groups()
    groups.joined({ rebalanceTimeoutMs: 2 * NEW_MEMBER_MS, sessionTimeoutMs: 1_000_000 }, 3)
    const joiner = groups.join({}, 3)
    groups.advance(NEW_MEMBER_MS)
    expect(groups.joinAnswer(joiner)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID, memberId: '' })
  })

  test('does not end for a static member that waits, and has restarted while it was new', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ sessionTimeoutMs: 10 * SESSION_MS }, 3)
    groups.join({ groupInstanceId: 'one' })
    const restarted = groups.join({ groupInstanceId: 'one' })
    groups.advance(5 * SESSION_MS)
    groups.joined({ memberId }, 3)
    expect(groups.joinAnswer(restarted)).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 2 })
  })

  test('lets those go on who waited for the one that is gone', () => {
    const groups = new Groups()
    const { leader } = groups.stablePair()
    const rejoin = groups.join({ memberId: leader }, 3)
    groups.advance(SESSION_MS)
    expect(groups.joinAnswer(rejoin).members).toHaveLength(1)
  })

  test('lets those go on who waited for one that never came back with its id', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    groups.joined({}, 4)
    const metadata = new Uint8Array(1)
    const rejoin = groups.join({ memberId: leader, protocols: [{ name: 'range', metadata }] }, 3)
    groups.advance(SESSION_MS)
    expect(groups.joinAnswer(rejoin).generationId).toBe(2)
  })
})

describe('members who never ask for their assignment', () => {
  test('are removed, and the others rejoin', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({ sessionTimeoutMs: 2 * REBALANCE_MS }, 3)
    const second = groups.join({ sessionTimeoutMs: 2 * REBALANCE_MS }, 3)
    groups.joined({ memberId: leader, sessionTimeoutMs: 2 * REBALANCE_MS }, 3)
    groups.sync({ memberId: leader, generationId: 2 })
    expect(groups.describe().groupState).toBe('Stable')
    groups.advance(REBALANCE_MS)
    expect(groups.heartbeat(leader, 2).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const { memberId } = groups.joinAnswer(second)
    expect(groups.heartbeat(memberId, 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('all of them: the group is empty', () => {
    const groups = new Groups()
    groups.joined({ sessionTimeoutMs: 2 * REBALANCE_MS }, 3)
    groups.advance(REBALANCE_MS)
    expect(groups.describe()).toMatchObject({ groupState: 'Empty', generationId: 2 })
  })

  test('are not looked for once all have asked', () => {
    const groups = new Groups()
    groups.stablePair()
    expect([...groups.timers.keys()].filter(key => /^(join|sync)/.test(key))).toEqual([])
  })
})

test('a group without a leader who has joined waits, without spinning, though its members give it no time', () => {
  const groups = new Groups()
  const one = groups.joined({ groupInstanceId: 'one', rebalanceTimeoutMs: 0, sessionTimeoutMs: 1_000_000 })
  groups.sync({ memberId: one.memberId, groupInstanceId: 'one' })
  const { memberId } = groups.joined({}, 4)
  groups.join({ memberId, rebalanceTimeoutMs: 0 }, 4)
  groups.leave({ memberId })
  groups.advance(0)
  expect(groups.timers.get('join group')?.at).toBeGreaterThan(groups.now)
  expect(groups.joined({ memberId: one.memberId, groupInstanceId: 'one' })).toMatchObject({ errorCode: ErrorCode.NONE })
})

test('a timer that comes for what is no more changes nothing', () => {
  const groups = new Groups()
  const { leader, generationId } = groups.stablePair()
  const before = groups.describe()
  groups.execute({ type: 'sessionEnded', groupId: 'group', memberId: 'zz' })
  groups.execute({ type: 'sessionEnded', groupId: 'none', memberId: leader })
  groups.execute({ type: 'initialDelayEnded', groupId: 'group', delayMs: 0, remainingMs: 0 })
  groups.execute({ type: 'joinPhaseEnded', groupId: 'group' })
  groups.execute({ type: 'syncPhaseEnded', groupId: 'group', generationId: generationId - 1 })
  groups.execute({ type: 'syncPhaseEnded', groupId: 'group', generationId })
  expect(groups.describe()).toEqual(before)
})
