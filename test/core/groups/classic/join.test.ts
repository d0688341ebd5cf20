import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import { bytes, Groups, REBALANCE_MS, SESSION_MS, subscription, text } from '../fixture.ts'

const refused = {
  generationId: -1,
  protocolType: null,
  protocolName: null,
  leader: '',
  members: [],
  skipAssignment: false,
}

describe('what is refused', () => {
  const cases = [
    ['a session too short', { sessionTimeoutMs: 5999 }, 'INVALID_SESSION_TIMEOUT', ''],
    ['a session too long', { sessionTimeoutMs: 1_800_001 }, 'INVALID_SESSION_TIMEOUT', ''],
    ['a member of no group', { memberId: 'nobody' }, 'UNKNOWN_MEMBER_ID', 'nobody'],
    ['no protocol type', { protocolType: '' }, 'INCONSISTENT_GROUP_PROTOCOL', ''],
    ['no protocols', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL', ''],
  ] as const
  for (const [what, request, error, memberId] of cases) {
    test(`${what}: ${error}, and nothing has changed`, () => {
      const groups = new Groups()
      expect(groups.joined(request)).toEqual({ ...refused, errorCode: ErrorCode[error], memberId })
      expect(groups.journal.entries).toEqual([])
      expect(groups.state.volatile.classic.size).toBe(0)
    })
  }

  test('another protocol type, and no protocol in common, in a group that has members', () => {
    const groups = new Groups()
    groups.joined({}, 3)
    const errorCode = ErrorCode.INCONSISTENT_GROUP_PROTOCOL
    expect(groups.joined({ protocolType: 'connect' })).toMatchObject({ errorCode, memberId: '' })
    expect(groups.joined({ protocols: [{ name: 'other', metadata: bytes('') }] })).toMatchObject({ errorCode })
  })

  test('a member that the group does not know', () => {
    const groups = new Groups()
    groups.joined({}, 3)
    expect(groups.joined({ memberId: 'zz' })).toEqual({
      ...refused,
      errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      memberId: 'zz',
    })
  })

  test('more members than group.max.size, while those who are in may rejoin', () => {
    const groups = new Groups({ 'group.max.size': '1' })
    const { memberId } = groups.joined({}, 3)
    expect(groups.joined({}, 3)).toEqual({ ...refused, errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED, memberId: '' })
    expect(groups.joined({ memberId }, 3)).toMatchObject({ errorCode: ErrorCode.NONE })
  })
})

describe('a new member', () => {
  test('is in at once before version 4', () => {
    const groups = new Groups()
    expect(groups.joined({}, 3)).toEqual({
      errorCode: ErrorCode.NONE,
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: 'client-uuid-2',
      skipAssignment: false,
      memberId: 'client-uuid-2',
      members: [{ memberId: 'client-uuid-2', groupInstanceId: null, metadata: subscription('t') }],
    })
  })

  test('is given an id first from version 4 on (KIP-394)', () => {
    const groups = new Groups()
    const first = groups.joined({}, 4)
    expect(first).toEqual({ ...refused, errorCode: ErrorCode.MEMBER_ID_REQUIRED, memberId: 'client-uuid-2' })
    expect(groups.describe()).toMatchObject({ groupState: 'Empty', members: [] })
    expect(groups.joined({ memberId: first.memberId }, 4)).toMatchObject({ generationId: 1, memberId: first.memberId })
  })

  test('loses an id with which it does not come back in time, and the group is forgotten but for the log', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 4)
    groups.advance(SESSION_MS)
    expect(groups.state.volatile.classic.size).toBe(0)
    expect(groups.joined({ memberId }, 4)).toMatchObject({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
  })

  test('that came before version 1 has its session for a rebalance timeout', () => {
    const groups = new Groups()
    groups.joined({ rebalanceTimeoutMs: -1 }, 0)
    expect(groups.state.volatile.classic.get('group')?.rebalanceTimeoutMs).toBe(SESSION_MS)
  })

  test('with an id given out for a dynamic one cannot be a static one', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 4)
    const answer = groups.joined({ memberId, groupInstanceId: 'instance' }, 5)
    expect(answer).toMatchObject({ errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, memberId: '' })
  })

  test('keeps what it said though the frame is used again', () => {
    const groups = new Groups()
    const metadata = subscription('t')
    groups.joined({ protocols: [{ name: 'range', metadata }] }, 3)
    metadata.fill(0)
    expect(groups.state.volatile.classic.get('group')?.isSubscribedTo('t')).toBe(true)
    expect([...(groups.state.volatile.classic.get('group')?.members.values() ?? [])][0]?.protocols).toEqual([
      { name: 'range', metadata: subscription('t') },
    ])
  })

  test('writes that the group is, once', () => {
    const groups = new Groups()
    groups.joined({}, 4)
    groups.joined({}, 4)
    expect(groups.records()).toEqual([
      {
        type: 'groupMetadata',
        key: { group: 'group' },
        value: {
          protocolType: '',
          generation: 0,
          protocol: null,
          leader: null,
          currentStateTimestamp: groups.now,
          members: [],
        },
      },
    ])
  })
})

describe('the first rebalance', () => {
  const settings = { 'group.initial.rebalance.delay.ms': '3000' }

  test('is put off, and further as long as members come, but not for ever', () => {
    const groups = new Groups(settings)
    const first = groups.join({ rebalanceTimeoutMs: 8000 }, 3)
    const waiters = [first]
    for (let second = 1; second <= 7; second++) {
      groups.advance(1000)
      waiters.push(groups.join({ rebalanceTimeoutMs: 8000 }, 3))
      expect(groups.answers.size).toBe(0)
    }
    groups.advance(1000)
    expect(groups.joinAnswer(first).members).toHaveLength(8)
    for (const waiter of waiters) expect(groups.joinAnswer(waiter)).toMatchObject({ generationId: 1 })
  })

  test('begins when nobody came for the length of the delay', () => {
    const groups = new Groups(settings)
    const first = groups.join({}, 3)
    groups.advance(2999)
    expect(groups.answers.size).toBe(0)
    groups.advance(1)
    expect(groups.joinAnswer(first)).toMatchObject({ generationId: 1 })
  })
})

describe('a rebalance', () => {
  test('begins when another joins, and ends when all have rejoined', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    groups.sync({ memberId: leader })
    const second = groups.join({}, 3)
    expect(groups.heartbeat(leader, 1).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS)
    const rejoined = groups.joined({ memberId: leader }, 3)
    const { memberId } = groups.joinAnswer(second)
    expect(rejoined).toMatchObject({ generationId: 2, leader })
    expect(rejoined.members.map(member => member.memberId)).toEqual([leader, memberId])
    expect(groups.joinAnswer(second)).toMatchObject({ generationId: 2, leader, members: [] })
  })

  test('goes on without those who do not rejoin in time, and with another leader', () => {
    const groups = new Groups()
    const { memberId: first } = groups.joined({ sessionTimeoutMs: 2 * REBALANCE_MS }, 3)
    const second = groups.join({}, 3)
    groups.advance(REBALANCE_MS)
    const { memberId: leader, members } = groups.joinAnswer(second)
    expect(groups.joinAnswer(second)).toMatchObject({ generationId: 2, leader })
    expect(members).toHaveLength(1)
    expect(groups.heartbeat(first, 2).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })

  test('keeps static members who do not rejoin, but none of them leads', () => {
    const groups = new Groups()
    groups.joined({ groupInstanceId: 'one', sessionTimeoutMs: 2 * REBALANCE_MS })
    const second = groups.join({}, 3)
    groups.advance(REBALANCE_MS)
    const { memberId: leader } = groups.joinAnswer(second)
    expect(groups.joinAnswer(second)).toMatchObject({ leader, generationId: 2 })
    expect(groups.describe().members).toHaveLength(2)
  })

  test('takes in whoever comes while all have left and one is expected', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    const pending = groups.joined({}, 4)
    groups.leave({ memberId })
    expect(groups.describe()).toMatchObject({ groupState: 'PreparingRebalance', members: [] })
    const waiter = groups.join({}, 3)
    expect(groups.joined({ memberId: pending.memberId }, 4)).toMatchObject({ errorCode: ErrorCode.NONE })
    expect(groups.joinAnswer(waiter)).toMatchObject({ errorCode: ErrorCode.NONE, generationId: 2 })
  })

  test('waits for those who have been given an id', () => {
    const groups = new Groups()
    const { memberId: leader } = groups.joined({}, 3)
    const { memberId: pending } = groups.joined({}, 4)
    const again = groups.join({ memberId: leader, protocols: [{ name: 'range', metadata: bytes('new') }] }, 3)
    expect(again).toBeString()
    expect(groups.joined({ memberId: pending }, 4)).toMatchObject({ generationId: 2 })
    expect(groups.joinAnswer(again).members).toHaveLength(2)
  })

  test('chooses the protocol that all know and most like best', () => {
    const groups = new Groups()
    const protocols = (...names: string[]) => names.map(name => ({ name, metadata: bytes(name) }))
    const { memberId } = groups.joined({ protocols: protocols('a', 'b', 'c') }, 3)
    const waiters = [
      groups.join({ protocols: protocols('c', 'b') }, 3),
      groups.join({ protocols: protocols('d', 'c', 'b') }, 3),
    ]
    const { protocolName, members } = groups.joined({ memberId, protocols: protocols('a', 'b', 'c') }, 3)
    expect(protocolName).toBe('c')
    expect(members.map(({ metadata }) => text(metadata))).toEqual(['c', 'c', 'c'])
    for (const waiter of waiters) expect(groups.joinAnswer(waiter).protocolName).toBe('c')
  })
})

describe('a rejoin', () => {
  test('by a follower that says nothing new is answered from the generation that is', () => {
    const groups = new Groups()
    const { leader, follower, generationId } = groups.stablePair()
    expect(groups.joined({ memberId: follower }, 3)).toMatchObject({ generationId, leader, members: [] })
    expect(groups.describe().groupState).toBe('Stable')
  })

  test('by a follower that says something new is a rebalance', () => {
    const groups = new Groups()
    const { follower } = groups.stablePair()
    const protocols = [{ name: 'range', metadata: subscription('u') }]
    expect(groups.join({ memberId: follower, protocols }, 3)).toBeString()
    expect(groups.describe().groupState).toBe('PreparingRebalance')
  })

  test('by the leader of a stable group is a rebalance', () => {
    const groups = new Groups()
    const { leader } = groups.stablePair()
    expect(groups.join({ memberId: leader }, 3)).toBeString()
    expect(groups.describe().groupState).toBe('PreparingRebalance')
  })

  test('before the leader has assigned is answered again, the leader with everybody', () => {
    const groups = new Groups()
    const first = groups.joined({}, 3)
    expect(groups.joined({ memberId: first.memberId }, 3)).toEqual(first)
  })

  test('sends an earlier one away that waits', () => {
    const groups = new Groups()
    const { follower } = groups.stablePair()
    const protocols = [{ name: 'range', metadata: subscription('u') }]
    const earlier = groups.join({ memberId: follower, protocols }, 3)
    expect(groups.join({ memberId: follower, protocols }, 3)).toBeString()
    expect(groups.joinAnswer(earlier)).toMatchObject({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS, memberId: follower })
  })
})

describe('a static member (KIP-345)', () => {
  const groupInstanceId = 'instance'

  function stable(): { groups: Groups; memberId: string } {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId })
    groups.sync({ memberId, groupInstanceId, assignments: [{ memberId, assignment: bytes('as') }] })
    return { groups, memberId }
  }

  test('is in at once, by the name of its instance', () => {
    expect(new Groups().joined({ groupInstanceId })).toMatchObject({
      errorCode: ErrorCode.NONE,
      generationId: 1,
      memberId: 'instance-uuid-2',
    })
  })

  test('that restarts as leader keeps the generation, skips the assignment (KIP-814), and fences who was', () => {
    const { groups, memberId } = stable()
    const again = groups.joined({ groupInstanceId })
    expect(again).toMatchObject({ generationId: 1, skipAssignment: true, leader: again.memberId })
    expect(again.members.map(member => member.memberId)).toEqual([again.memberId])
    expect(again.memberId).not.toBe(memberId)
    expect(groups.heartbeat(memberId, 1, groupInstanceId).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID)
    expect(groups.joined({ memberId, groupInstanceId })).toEqual({
      ...refused,
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
      memberId,
    })
    const { assignment } = groups.sync({ memberId: again.memberId, groupInstanceId }) as { assignment: Uint8Array }
    expect(text(assignment)).toBe('as')
  })

  test('that restarts as leader before version 9 is told that its former self leads', () => {
    const { groups, memberId } = stable()
    expect(groups.joined({ groupInstanceId }, 8)).toMatchObject({
      leader: memberId,
      members: [],
      skipAssignment: false,
    })
  })

  test('that restarts is in the log under its new id', () => {
    const { groups } = stable()
    const { memberId } = groups.joined({ groupInstanceId })
    const { members } = groups.restarted().describe()
    expect(members).toMatchObject([{ memberId, groupInstanceId, memberAssignment: bytes('as') }])
  })

  test('that restarts with another protocol makes a rebalance', () => {
    const groups = new Groups()
    const protocols = ['a', 'b'].map(name => ({ name, metadata: bytes(name) }))
    const { memberId } = groups.joined({ groupInstanceId, protocols })
    groups.sync({ memberId, groupInstanceId })
    const answer = groups.joined({ groupInstanceId, protocols: protocols.toReversed() })
    expect(answer).toMatchObject({ generationId: 2, protocolName: 'b', skipAssignment: false })
  })

  test('that restarts during a rebalance sends its former self away', () => {
    const groups = new Groups()
    groups.joined({}, 3)
    const earlier = groups.join({ groupInstanceId })
    expect(groups.join({ groupInstanceId })).toBeString()
    expect(groups.joinAnswer(earlier)).toMatchObject({ errorCode: ErrorCode.FENCED_INSTANCE_ID })
  })

  test('that restarts while the leader assigns makes a rebalance', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId })
    const again = groups.joined({ groupInstanceId })
    expect(again).toMatchObject({ generationId: 2, skipAssignment: false })
    expect(groups.sync({ memberId, groupInstanceId, generationId: 1 })).toMatchObject({
      errorCode: ErrorCode.FENCED_INSTANCE_ID,
    })
  })
})
