import { describe, expect, test } from 'bun:test'
import { deleteGroups } from '../../src/api/42-delete-groups.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { commit, committed, joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

describe('DeleteGroups', () => {
  test.each(versionsOf(deleteGroups))('version %i: each group once, with its own error', version => {
    const world = new World()
    world.createTopic('t')
    const client = world.connect()
    commit(client, 'old', [1])
    joinAlone(client, 'live')
    const { results } = client.call(deleteGroups, version, { groupsNames: ['none', 'old', 'live', 'old'] })
    expect(results).toEqual([
      { groupId: 'none', errorCode: ErrorCode.GROUP_ID_NOT_FOUND },
      { groupId: 'old', errorCode: ErrorCode.NONE },
      { groupId: 'live', errorCode: ErrorCode.NON_EMPTY_GROUP },
    ])
    expect(committed(client, 'old')).toEqual({})
    world.crash()
    expect(committed(world.connect(), 'old')).toEqual({})
  })

  test('where the journal cannot be written nothing is deleted', () => {
    const world = new World()
    world.createTopic('t')
    const client = world.connect()
    commit(client, 'old', [1])
    world.disk.fault = operation => (operation === 'write' ? 'EIO' : null)
    const { results } = client.call(deleteGroups, 2, { groupsNames: ['old'] })
    expect(results).toEqual([{ groupId: 'old', errorCode: ErrorCode.NOT_COORDINATOR }])
    expect(committed(client, 'old')).toEqual({ 't-0': 1 })
  })
})
