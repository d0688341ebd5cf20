import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { Groups, SESSION_MS } from '../fixture.ts'

const { NONE, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID } = ErrorCode

describe('who leaves', () => {
  test('a group that is not there', () => {
    const groups = new Groups()
    expect(groups.leave({ memberId: 'm' })).toEqual({
      errorCode: NONE,
      members: [{ memberId: 'm', groupInstanceId: null, errorCode: UNKNOWN_MEMBER_ID }],
    })
    expect(groups.leave()).toEqual({ errorCode: NONE, members: [] })
  })

  test('by id, by instance, by both, and who may not', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId: 'one' })
    const codes = (...members: Parameters<Groups['leave']>) =>
      groups.leave(...members).members.map(({ errorCode }) => errorCode)
    expect(codes({ memberId: 'zz' }, { memberId: '' })).toEqual([UNKNOWN_MEMBER_ID, UNKNOWN_MEMBER_ID])
    expect(codes({ memberId: 'zz', groupInstanceId: 'one' })).toEqual([FENCED_INSTANCE_ID])
    expect(codes({ memberId, groupInstanceId: 'who' })).toEqual([UNKNOWN_MEMBER_ID])
    expect(codes({ memberId: '', groupInstanceId: 'who' })).toEqual([UNKNOWN_MEMBER_ID])
    expect(groups.describe().members).toHaveLength(1)
    expect(codes({ memberId: '', groupInstanceId: 'one' })).toEqual([NONE])
    expect(codes({ memberId, groupInstanceId: 'one' })).toEqual([UNKNOWN_MEMBER_ID])
    const again = groups.joined({ groupInstanceId: 'one' })
    expect(codes({ memberId: again.memberId, groupInstanceId: 'one' })).toEqual([NONE])
  })

  test('before having come back with the id it was given', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 4)
    expect(groups.leave({ memberId }).members).toMatchObject([{ memberId, errorCode: NONE }])
    expect([...groups.timers.keys()].filter(key => key.startsWith('session'))).toEqual([])
    expect(groups.joined({ memberId }, 4).errorCode).toBe(UNKNOWN_MEMBER_ID)
  })
})

describe('the others', () => {
  test('are none: the group is empty in its next generation, and the log says so', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    groups.sync({ memberId })
    groups.leave({ memberId })
    expect(groups.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', generationId: 2 })
    expect(groups.records().at(-1)?.value).toEqual({
      protocolType: 'consumer',
      generation: 2,
      protocol: null,
      leader: null,
      currentStateTimestamp: groups.now,
      members: [],
    })
    expect(groups.state.volatile.classic.size).toBe(0)
    expect([...groups.timers.keys()]).toEqual(['expire offsets'])
  })

  test('have to rejoin', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    groups.leave({ memberId: follower })
    expect(groups.heartbeat(leader, generationId).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(groups.joined({ memberId: leader }, 3)).toMatchObject({ generationId: generationId + 1, leader })
  })

  test('have another leader, if that leaves', () => {
    const groups = new Groups()
    const { leader, follower } = groups.stablePair()
    groups.leave({ memberId: leader })
    expect(groups.joined({ memberId: follower }, 3)).toMatchObject({ leader: follower })
  })

  test('go on when they waited for the one that leaves', () => {
    const groups = new Groups()
    const { leader, follower } = groups.stablePair()
    const rejoin = groups.join({ memberId: leader }, 3)
    groups.leave({ memberId: follower })
    expect(groups.joinAnswer(rejoin).members.map(({ memberId }) => memberId)).toEqual([leader])
  })

  test('who wait for an answer under the name that leaves get one', () => {
    const groups = new Groups()
    const { leader } = groups.stablePair()
    const rejoin = groups.join({ memberId: leader }, 3)
    groups.leave({ memberId: leader })
    expect(groups.joinAnswer(rejoin)).toMatchObject({ errorCode: UNKNOWN_MEMBER_ID, memberId: '' })
    groups.advance(SESSION_MS)
    expect(groups.describe().groupState).toBe('Empty')
  })
})
