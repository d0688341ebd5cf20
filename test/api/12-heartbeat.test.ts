import { describe, expect, test } from 'bun:test'
import { heartbeat } from '../../src/api/12-heartbeat.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { joinAlone } from '../sim/groups.ts'
import { World } from '../sim/world.ts'
import { versionsOf } from './ask.ts'

describe('Heartbeat', () => {
  test.each(versionsOf(heartbeat))('version %i', version => {
    const world = new World()
    const client = world.connect()
    const member = joinAlone(client, 'g')
    const codeOf = (request: Partial<typeof member>) =>
      client.call(heartbeat, version, { ...member, ...request }).errorCode
    expect(codeOf({})).toBe(ErrorCode.NONE)
    expect(codeOf({ generationId: 9 })).toBe(ErrorCode.ILLEGAL_GENERATION)
    expect(codeOf({ memberId: 'nobody' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(codeOf({ groupId: 'none' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
    expect(codeOf({ groupId: '' })).toBe(ErrorCode.INVALID_GROUP_ID)
  })

  test('keeps a member in its group', () => {
    const world = new World()
    const client = world.connect()
    const member = joinAlone(client, 'g')
    for (let beats = 0; beats < 10; beats++) {
      world.advance(9000)
      expect(client.call(heartbeat, 4, member).errorCode).toBe(ErrorCode.NONE)
    }
    world.advance(10_001)
    expect(client.call(heartbeat, 4, member).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID)
  })
})
