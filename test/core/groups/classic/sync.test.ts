import { describe, expect, test } from 'bun:test'
import { noBytes } from '../../../../src/base/bytes.ts'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { bytes, Groups, REBALANCE_MS, SESSION_MS, text } from '../fixture.ts'

const refused = { protocolType: null, protocolName: null, assignment: noBytes }

describe('what is refused', () => {
  const cases = [
    ['a group that is not there', { groupId: 'none' }, 'UNKNOWN_MEMBER_ID'],
    ['a stranger', { memberId: 'zz' }, 'UNKNOWN_MEMBER_ID'],
    ['an unknown instance', { groupInstanceId: 'who' }, 'UNKNOWN_MEMBER_ID'],
    ['a member that another has replaced', { memberId: 'zz', groupInstanceId: 'instance' }, 'FENCED_INSTANCE_ID'],
    ['another generation', { generationId: 9 }, 'ILLEGAL_GENERATION'],
    ['another protocol type', { protocolType: 'connect' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['another protocol', { protocolType: 'consumer', protocolName: 'other' }, 'INCONSISTENT_GROUP_PROTOCOL'],
  ] as const
  for (const [what, request, error] of cases) {
    test(`${what}: ${error}`, () => {
      const groups = new Groups()
      const { memberId } = groups.joined({ groupInstanceId: 'instance' })
      expect(groups.sync({ memberId, ...request })).toEqual({ ...refused, errorCode: ErrorCode[error] })
    })
  }

  test('a group of which nobody is a member any more', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    groups.leave({ memberId })
    expect(groups.sync({ memberId })).toEqual({ ...refused, errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
  })

  test('during the next rebalance', () => {
    const groups = new Groups()
    const { follower, leader, generationId } = groups.stablePair()
    groups.join({ memberId: leader }, 3)
    const errorCode = ErrorCode.REBALANCE_IN_PROGRESS
    expect(groups.sync({ memberId: follower, generationId })).toEqual({ ...refused, errorCode })
  })
})

describe('an assignment', () => {
  test('is told to each member once the leader has made it, and any time after', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    const second = groups.join({}, 3)
    groups.joined({ memberId: leader }, 3)
    const { memberId } = groups.joinAnswer(second)
    const waiter = groups.sync({ memberId, generationId: 2 })
    expect(waiter).toBeString()
    const assignments = [leader, memberId].map(id => ({ memberId: id, assignment: bytes(id) }))
    const common = { errorCode: ErrorCode.NONE, protocolType: 'consumer', protocolName: 'range' }
    const names = { protocolType: 'consumer', protocolName: 'range' }
    expect(groups.sync({ memberId: leader, generationId: 2, assignments, ...names })).toEqual({
      ...common,
      assignment: bytes(leader),
    })
    expect(groups.syncAnswer(waiter)).toEqual({ ...common, assignment: bytes(memberId) })
    expect(groups.sync({ memberId, generationId: 2 })).toEqual({ ...common, assignment: bytes(memberId) })
  })

  test('may leave members out, and name strangers', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    const assignments = [{ memberId: 'stranger', assignment: bytes('all') }]
    expect(groups.sync({ memberId, assignments })).toMatchObject({ errorCode: ErrorCode.NONE, assignment: noBytes })
    expect(groups.describe().members).toHaveLength(1)
  })

  test('is what the log says of a generation, as a copy of the frame', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    const since = groups.now
    groups.advance(1000)
    const assignment = bytes('as')
    groups.sync({ memberId, assignments: [{ memberId, assignment }] })
    assignment.fill(0)
    expect(text(groups.describe().members[0]?.memberAssignment ?? noBytes)).toBe('as')
    expect(groups.records().at(-1)).toMatchObject({
      key: { group: 'group' },
      value: {
        protocolType: 'consumer',
        generation: 1,
        protocol: 'range',
        leader: memberId,
        // As in Kafka: since when the members wait for it.
        currentStateTimestamp: since,
        members: [
          {
            memberId,
            groupInstanceId: null,
            clientId: 'client',
            clientHost: '/127.0.0.1',
            rebalanceTimeout: REBALANCE_MS,
            sessionTimeout: SESSION_MS,
            assignment: bytes('as'),
          },
        ],
      },
    })
  })

  test('of the leader is withdrawn from those who wait for it when there is a rebalance', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    const second = groups.join({}, 3)
    groups.joined({ memberId: leader }, 3)
    const waiter = groups.sync({ memberId: groups.joinAnswer(second).memberId, generationId: 2 })
    groups.join({}, 3)
    expect(groups.syncAnswer(waiter)).toEqual({ ...refused, errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
  })

  test('is told to the one that asked last, where a member asks twice', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    const second = groups.join({}, 3)
    groups.joined({ memberId: leader }, 3)
    const { memberId } = groups.joinAnswer(second)
    const earlier = groups.sync({ memberId, generationId: 2 })
    const later = groups.sync({ memberId, generationId: 2 })
    groups.sync({ memberId: leader, generationId: 2 })
    expect(groups.syncAnswer(earlier).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    expect(groups.syncAnswer(later).errorCode).toBe(ErrorCode.NONE)
  })
})
