import { describe, expect, test } from 'bun:test'
import { JournalError } from '../../../../src/core/machine.ts'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { bytes, Groups, SESSION_MS, topicCommit } from '../fixture.ts'

const { NONE, NOT_COORDINATOR, UNKNOWN_MEMBER_ID } = ErrorCode

describe('after a restart', () => {
  test('a stable group is as it was, with new sessions', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    groups.advance(SESSION_MS - 1)
    const restarted = groups.restarted()
    expect(restarted.describe()).toEqual(groups.describe())
    restarted.advance(SESSION_MS - 1)
    for (const memberId of [leader, follower]) expect(restarted.heartbeat(memberId, generationId).errorCode).toBe(NONE)
    restarted.advance(SESSION_MS)
    expect(restarted.describe().groupState).toBe('Empty')
  })

  test('a follower that rejoins as it was is told its generation; the leader begins the next', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const restarted = groups.restarted()
    expect(restarted.joined({ memberId: follower }, 3)).toMatchObject({ generationId, leader })
    expect(restarted.join({ memberId: leader }, 3)).toBeString()
  })

  test('a generation that nobody was assigned in has not been', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    const restarted = groups.restarted()
    expect(restarted.describe()).toMatchObject({ groupState: 'Empty', generationId: 0 })
    expect(restarted.heartbeat(memberId, 1).errorCode).toBe(UNKNOWN_MEMBER_ID)
    expect(restarted.joined({}, 3).generationId).toBe(1)
  })

  test('generations go on after an empty group', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    groups.leave({ memberId })
    expect(groups.restarted().joined({}, 3).generationId).toBe(3)
  })

  test('a static member is known by its instance', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId: 'one' })
    groups.sync({ memberId, groupInstanceId: 'one', assignments: [{ memberId, assignment: bytes('as') }] })
    const restarted = groups.restarted()
    expect(restarted.heartbeat('zz', 1, 'one').errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect(restarted.joined({ groupInstanceId: 'one' })).toMatchObject({ generationId: 1, skipAssignment: true })
  })

  test('a group that has become too large for the broker rebalances', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const restarted = groups.restarted({ 'group.max.size': '1' })
    expect(restarted.heartbeat(leader, generationId).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    restarted.join({ memberId: leader }, 3)
    const answer = restarted.joined({ memberId: follower }, 3)
    expect(answer.errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED)
  })
})

describe('when the journal refuses', () => {
  test('an assignment: whoever waits for it looks for the coordinator again, and the last generation stands', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    const before = groups.describe()
    const again = groups.join({ memberId: leader }, 3)
    groups.joined({ memberId: follower }, 3)
    expect(groups.joinAnswer(again).generationId).toBe(generationId + 1)
    const waiter = groups.sync({ memberId: follower, generationId: generationId + 1 })
    groups.journal.isFull = true
    expect(() => groups.sync({ memberId: leader, generationId: generationId + 1 })).toThrow(JournalError)
    expect(groups.syncAnswer(waiter).errorCode).toBe(NOT_COORDINATOR)
    expect(groups.describe()).toEqual(before)
    groups.journal.isFull = false
    groups.advance(SESSION_MS)
    expect(groups.describe().groupState).toBe('Empty')
  })

  test('the end of a group: whoever would have been sent away is, and a member that is back has a session', () => {
    const groups = new Groups()
    const { leader, follower } = groups.stablePair()
    const rejoin = groups.join({ memberId: leader }, 3)
    groups.journal.isFull = true
    expect(() => groups.leave({ memberId: leader }, { memberId: follower })).toThrow(JournalError)
    expect(groups.joinAnswer(rejoin)).toMatchObject({ errorCode: NOT_COORDINATOR })
    expect(groups.describe()).toMatchObject({ groupState: 'Stable' })
    expect([...groups.timers.keys()].filter(key => key.startsWith('session'))).toHaveLength(2)
  })

  test('a new group: it is not there', () => {
    const groups = new Groups()
    groups.journal.isFull = true
    expect(() => groups.join({}, 4)).toThrow(JournalError)
    expect(() => groups.join({}, 3)).toThrow(JournalError)
    expect(groups.describe().groupState).toBe('Dead')
    expect([...groups.timers.keys()]).toEqual(['expire offsets'])
    groups.journal.isFull = false
    expect(groups.joined({}, 3).generationId).toBe(1)
  })

  test('a static member that restarts: its former self is the member again', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId: 'one' })
    groups.sync({ memberId, groupInstanceId: 'one' })
    groups.journal.isFull = true
    expect(() => groups.join({ groupInstanceId: 'one' })).toThrow(JournalError)
    expect(groups.heartbeat(memberId, 1, 'one').errorCode).toBe(NONE)
    expect(groups.answers.size).toBe(0)
  })

  test('a commit: nothing has changed, and the member lives on and dies as others do', () => {
    const groups = new Groups()
    const { leader, generationId } = groups.stablePair()
    groups.journal.isFull = true
    const request = { memberId: leader, generationIdOrMemberEpoch: generationId, topics: [topicCommit('t', 1)] }
    expect(() => groups.commit(request)).toThrow(JournalError)
    expect(groups.fetch()).toEqual([])
    groups.journal.isFull = false
    expect(groups.describe().groupState).toBe('Stable')
    groups.advance(SESSION_MS)
    expect(groups.describe().groupState).toBe('Empty')
  })
})
