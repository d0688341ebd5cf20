import { describe, expect, test } from 'bun:test'
import { noBytes } from '../../../src/base/bytes.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { bytes, Groups, subscription, topicCommit } from './fixture.ts'

const { NONE, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP } = ErrorCode
const nothing = { errorCode: NONE, errorMessage: null, protocolData: '', members: [] }

describe('DescribeGroups', () => {
  test('of a group that is not there, as the version says it', () => {
    const groups = new Groups()
    const dead = { ...nothing, groupId: 'none', groupState: 'Dead', protocolType: '', generationId: 0 }
    expect(groups.ask({ type: 'describeGroup', version: 5, groupId: 'none' }).response).toEqual(dead)
    const { errorMessage, ...rest } = groups.describe('none')
    expect({ ...rest, errorMessage: null }).toEqual({ ...dead, errorCode: GROUP_ID_NOT_FOUND })
    expect(errorMessage).toContain('none')
  })

  test('of a group that only commits, and of one that had members', () => {
    const groups = new Groups()
    groups.commit({ groupId: 'simple' })
    const empty = { ...nothing, groupState: 'Empty' }
    expect(groups.describe('simple')).toEqual({ ...empty, groupId: 'simple', protocolType: '', generationId: 0 })
    const { memberId } = groups.joined({}, 3)
    groups.leave({ memberId })
    expect(groups.describe()).toEqual({ ...empty, groupId: 'group', protocolType: 'consumer', generationId: 2 })
  })

  test('of a group in each state: what members say of themselves is shown of a stable one alone', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({ groupInstanceId: 'one' })
    const member = {
      memberId,
      groupInstanceId: 'one',
      clientId: 'client',
      clientHost: '/127.0.0.1',
      memberMetadata: noBytes,
      memberAssignment: noBytes,
    }
    const common = { ...nothing, groupId: 'group', protocolType: 'consumer', generationId: 1 }
    expect(groups.describe()).toEqual({ ...common, groupState: 'CompletingRebalance', members: [member] })
    groups.sync({ memberId, groupInstanceId: 'one', assignments: [{ memberId, assignment: bytes('as') }] })
    const assigned = { ...member, memberAssignment: bytes('as') }
    expect(groups.describe()).toEqual({
      ...common,
      groupState: 'Stable',
      protocolData: 'range',
      members: [{ ...assigned, memberMetadata: subscription('t') }],
    })
    groups.join({}, 3)
    expect(groups.describe()).toMatchObject({
      groupState: 'PreparingRebalance',
      protocolData: '',
      members: [assigned, { memberMetadata: noBytes }],
    })
  })
})

describe('ListGroups', () => {
  function listed(groups: Groups, statesFilter: string[] = [], typesFilter: string[] = []): string[] {
    const { groups: all } = groups.ask({ type: 'listGroups', statesFilter, typesFilter })
    return all.map(group => Object.values(group).join(' '))
  }

  test('by state and by type, in any case', () => {
    const groups = new Groups()
    groups.commit({ groupId: 'simple' })
    groups.joined({ groupId: 'new' }, 4)
    groups.stablePair()
    const [simple, pending, stable] = [
      'simple  Empty classic',
      'new  Empty classic',
      'group consumer Stable classic',
    ] as const
    expect(listed(groups)).toEqual([simple, pending, stable])
    expect(listed(groups, ['stable', 'Dead'])).toEqual([stable])
    expect(listed(groups, [' EMPTY '])).toEqual([simple, pending])
    expect(listed(groups, [], ['Classic'])).toHaveLength(3)
    expect(listed(groups, [], ['consumer'])).toEqual([])
    expect(listed(groups, [], ['nonsense'])).toEqual([])
    expect(listed(groups, ['nonsense'])).toEqual([])
  })

  test('tells the protocol type of groups without members, if they ever had one', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 3)
    groups.leave({ memberId })
    expect(listed(groups.restarted())).toEqual(['group consumer Empty classic'])
  })
})

describe('DeleteGroups', () => {
  const deleted = (groups: Groups, groupId = 'group') => groups.ask({ type: 'deleteGroup', groupId }).errorCode

  test('of a group that is not there, or has members', () => {
    const groups = new Groups()
    expect(deleted(groups, 'none')).toBe(GROUP_ID_NOT_FOUND)
    const { leader, follower } = groups.stablePair()
    expect(deleted(groups)).toBe(NON_EMPTY_GROUP)
    groups.leave({ memberId: leader }, { memberId: follower })
    expect(deleted(groups)).toBe(NONE)
    expect(deleted(groups)).toBe(GROUP_ID_NOT_FOUND)
  })

  test('with all that it has committed', () => {
    const groups = new Groups()
    groups.commit()
    groups.commit({ groupId: 'other' })
    expect(deleted(groups)).toBe(NONE)
    expect(groups.records().slice(-2)).toEqual([
      { type: 'offsetCommit', key: { group: 'group', topic: 't', partition: 0 }, value: null },
      { type: 'groupMetadata', key: { group: 'group' }, value: null },
    ])
    for (const one of [groups, groups.restarted()]) {
      expect([one.fetch().length, one.fetch('other').length]).toEqual([0, 1])
      expect(one.describe().groupState).toBe('Dead')
    }
  })

  test('with what open transactions have committed, one tombstone for each offset', () => {
    const groups = new Groups()
    groups.commit()
    groups.txnCommit(8, { producerId: 1 })
    groups.txnCommit(9, { producerId: 2, topics: [topicCommit('t', 9), topicCommit('u', 9)] })
    groups.txnCommit(9, { producerId: 1, groupId: 'other' })
    const before = groups.records().length
    expect(deleted(groups)).toBe(NONE)
    expect(groups.records().slice(before)).toMatchObject([
      { key: { group: 'group', topic: 't' }, value: null },
      { key: { group: 'group', topic: 'u' }, value: null },
      { type: 'groupMetadata', value: null },
    ])
    for (const producerId of [1, 2]) groups.endTransaction(true, producerId)
    for (const one of [groups, groups.restarted()]) {
      expect(one.describe().groupState).toBe('Dead')
      expect(one.stable('other')).toEqual([9, NONE])
    }
  })

  test('of a group that expects somebody: that one has to begin anew', () => {
    const groups = new Groups()
    const { memberId } = groups.joined({}, 4)
    expect(deleted(groups)).toBe(NONE)
    expect(groups.joined({ memberId }, 4).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })
})
