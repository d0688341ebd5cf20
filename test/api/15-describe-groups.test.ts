import { describe, expect, test } from 'bun:test'
import { describeGroups } from '../../src/api/15-describe-groups.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

const OPERATIONS = 3
const NOT_FOUND = 6
/** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS. */
const ALL_OPERATIONS = 3400
const NOT_ASKED = -(2 ** 31)

describe('DescribeGroups', () => {
  test.each(versionsOf(describeGroups))('version %i: state, protocol and members', version => {
    const client = new World().connect()
    const { memberId } = joinAlone(client, 'g')
    const request = { groups: ['g'], includeAuthorizedOperations: version >= OPERATIONS }
    expect(client.call(describeGroups, version, request).groups).toMatchObject([
      {
        errorCode: ErrorCode.NONE,
        errorMessage: null,
        groupId: 'g',
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [{ memberId, groupInstanceId: null, memberAssignment: new TextEncoder().encode('all of it') }],
        authorizedOperations: version >= OPERATIONS ? ALL_OPERATIONS : NOT_ASKED,
      },
    ])
  })

  test.each(versionsOf(describeGroups))(
    'version %i: groups that are not there, in the order of the request',
    version => {
      const request = { groups: ['b', 'a', 'b'], includeAuthorizedOperations: version >= OPERATIONS }
      const { groups } = new World().connect().call(describeGroups, version, request)
      expect(groups.map(({ groupId }) => groupId)).toEqual(request.groups)
      const errorCode = version < NOT_FOUND ? ErrorCode.NONE : ErrorCode.GROUP_ID_NOT_FOUND
      const isTold = version >= OPERATIONS && version < NOT_FOUND
      for (const group of groups) {
        expect(group).toMatchObject({ errorCode, groupState: 'Dead', members: [] })
        expect(group.authorizedOperations).toBe(isTold ? ALL_OPERATIONS : NOT_ASKED)
        expect(group.errorMessage).toBe(version < NOT_FOUND ? null : `Group ${group.groupId} not found.`)
      }
    },
  )
})
