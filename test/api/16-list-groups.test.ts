import { describe, expect, test } from 'bun:test'
import { listGroups } from '../../src/api/16-list-groups.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { commit, joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const STATES = 4
const TYPES = 5
const noFilter = { statesFilter: [], typesFilter: [] }

/** A group that has a member, and one that has only committed. */
function setUp() {
  const world = new World()
  world.createTopic('t')
  const client = world.connect()
  joinAlone(client, 'member')
  commit(client, 'simple', [1])
  return client
}

describe('ListGroups', () => {
  test.each(versionsOf(listGroups))('version %i: every group once', version => {
    const { errorCode, groups } = setUp().call(listGroups, version, noFilter)
    expect(errorCode).toBe(ErrorCode.NONE)
    expect(groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1))).toEqual(
      [
        { groupId: 'member', protocolType: 'consumer', groupState: 'Stable' },
        { groupId: 'simple', protocolType: '', groupState: 'Empty' },
      ].map(({ groupState, ...group }) => ({
        ...group,
        groupState: version < STATES ? '' : groupState,
        groupType: version < TYPES ? '' : 'classic',
      })),
    )
  })

  test.each([
    [{ statesFilter: ['Stable'] }, ['member']],
    [{ statesFilter: ['empty', 'dead'] }, ['simple']],
    [{ statesFilter: ['Nonsense'] }, []],
    [{ typesFilter: ['Classic'] }, ['member', 'simple']],
    [{ typesFilter: ['consumer'] }, []],
    [{ typesFilter: ['classic'], statesFilter: ['Stable'] }, ['member']],
  ])('%p', (filter, groupIds) => {
    const { groups } = setUp().call(listGroups, TYPES, { ...noFilter, ...filter })
    expect(groups.map(({ groupId }) => groupId).sort()).toEqual(groupIds)
  })

  test('makes no topic where there are no groups', () => {
    const world = new World()
    expect(world.connect().call(listGroups, TYPES, noFilter).groups).toEqual([])
    expect(world.broker.catalog.topicByName('__consumer_offsets')).toBeNull()
  })
})
