import { describe, expect, test } from 'bun:test'
import { consumerProtocolAssignment } from '../../../src/core/groups/classic/protocol.ts'
import type { Doors } from '../../../src/host/rest/doors.ts'
import { codecOf } from '../../../src/wire/compile.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'
import { Writer } from '../../../src/wire/writer.ts'
import { commit } from '../../sim/groups.ts'
import { problem, RestWorld } from './fixture.ts'

/** Answers of the doors, by the names of their contracts. */
type Answers = Readonly<Record<string, (request: never) => object>>

function doorsThat(answers: Answers): Doors {
  return {
    call: (contract, _version, request, take) => {
      const answer = answers[contract.name]
      if (!answer) return Promise.reject(new Error(`nobody asked for ${contract.name}`))
      // The tests' own answers: those of the doors have the type that `take` wants.
      return Promise.resolve(take(answer(request as never) as never))
    },
  }
}

function assignment(topic: string, ...partitions: number[]): Uint8Array {
  const writer = new Writer()
  writer.int16(3)
  codecOf(consumerProtocolAssignment.fields, 3, false).write(writer, {
    assignedPartitions: [{ topic, partitions }],
    userData: null,
  })
  return writer.toBytes()
}

function described(groupId: string, parts: object = {}) {
  return {
    errorCode: 0,
    groupId,
    groupState: 'Stable',
    protocolType: 'consumer',
    protocolData: 'range',
    generationId: 4,
    members: [],
    ...parts,
  }
}

function member(memberId: string, memberAssignment: Uint8Array) {
  return {
    memberId,
    groupInstanceId: null,
    clientId: 'app',
    clientHost: '/127.0.0.1',
    memberMetadata: new Uint8Array(0),
    memberAssignment,
  }
}

describe('groups', () => {
  test('are listed by their ids, those that cannot be described too', async () => {
    const listed = ['b', 'a', 'new'].map(groupId => ({
      groupId,
      protocolType: 'consumer',
      groupState: 'Empty',
      groupType: 'classic',
    }))
    const world = new RestWorld(
      {},
      doorsThat({
        ListGroups: () => ({ errorCode: 0, groups: listed }),
        DescribeGroups: ({ groups }: { groups: string[] }) => ({
          groups: groups.map(id =>
            id === 'new'
              ? described(id, { errorCode: ErrorCode.GROUP_ID_NOT_FOUND, groupState: 'Dead', generationId: 0 })
              : described(id, { members: [member('m', assignment('t', 0))] }),
          ),
        }),
      }),
    )
    expect((await world.get('/v1/groups')).body).toEqual([
      { group_id: 'a', state: 'Stable', generation_id: 4, member_count: 1 },
      { group_id: 'b', state: 'Stable', generation_id: 4, member_count: 1 },
      { group_id: 'new', state: 'Empty', generation_id: 0, member_count: 0 },
    ])
  })

  test('many of them are described in parts', async () => {
    const asked: number[] = []
    const world = new RestWorld(
      {},
      doorsThat({
        ListGroups: () => ({
          errorCode: 0,
          groups: Array.from({ length: 250 }, (_, index) => ({ groupId: `g${index}`, groupState: 'Empty' })),
        }),
        DescribeGroups: ({ groups }: { groups: string[] }) => {
          asked.push(groups.length)
          return { groups: groups.map(id => described(id)) }
        },
      }),
    )
    expect((await world.get('/v1/groups')).body).toHaveLength(250)
    expect(asked).toEqual([100, 100, 50])
  })

  test('are described with their members and what they have committed', async () => {
    const world = new RestWorld(
      {},
      doorsThat({
        DescribeGroups: () => ({
          groups: [
            described('g', {
              members: [
                member('m1', assignment('t', 0, 2)),
                member('m2', new Uint8Array(0)),
                member('m3', Buffer.from('rubbish')),
              ],
            }),
          ],
        }),
        OffsetFetch: () => ({
          groups: [
            {
              groupId: 'g',
              errorCode: 0,
              topics: [
                {
                  name: 't',
                  partitions: [
                    { partitionIndex: 0, committedOffset: 5 },
                    { partitionIndex: 1, committedOffset: -1 },
                    { partitionIndex: 2, committedOffset: 0 },
                  ],
                },
              ],
            },
          ],
        }),
      }),
    )
    const shown = { group_instance_id: null, client_id: 'app', client_host: '/127.0.0.1' }
    expect((await world.get('/v1/groups/g')).body).toEqual({
      group_id: 'g',
      state: 'Stable',
      generation_id: 4,
      protocol_type: 'consumer',
      protocol_name: 'range',
      members: [
        { member_id: 'm1', ...shown, assignment: [{ topic: 't', partitions: [0, 2] }] },
        { member_id: 'm2', ...shown, assignment: [] },
        { member_id: 'm3', ...shown, assignment: null },
      ],
      committed_offsets: { 't-0': 5, 't-2': 0 },
    })
  })

  test('have ids of any kind', async () => {
    const asked: string[] = []
    const world = new RestWorld(
      {},
      doorsThat({
        DescribeGroups: ({ groups }: { groups: string[] }) => {
          asked.push(...groups)
          return { groups: groups.map(id => described(id, { protocolType: '' })) }
        },
        OffsetFetch: () => ({ groups: [] }),
      }),
    )
    for (const id of ['a/b', 'ü 🔑', '100%', 'a?b#c']) {
      expect((await world.get(`/v1/groups/${encodeURIComponent(id)}`)).body).toMatchObject({ group_id: id })
    }
    expect(asked).toEqual(['a/b', 'ü 🔑', '100%', 'a?b#c'])
  })

  test('say what kept them from being told', async () => {
    const loading = new RestWorld(
      {},
      doorsThat({
        DescribeGroups: () => ({ groups: [described('g', { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS })] }),
      }),
    )
    expect((await loading.get('/v1/groups/g')).body).toEqual(
      problem(503, { kafka_error: 'COORDINATOR_LOAD_IN_PROGRESS' }),
    )
    const refused = new RestWorld(
      {},
      doorsThat({ ListGroups: () => ({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, groups: [] }) }),
    )
    expect((await refused.get('/v1/groups')).body).toEqual(problem(503, { kafka_error: 'COORDINATOR_NOT_AVAILABLE' }))
  })
})

const noSuchGroup = [{ parameter: 'id', detail: 'there is no such group' }]

test('a broker without groups has none', async () => {
  const world = new RestWorld()
  expect((await world.get('/v1/groups')).body).toEqual([])
  const unknown = problem(404, { kafka_error: 'GROUP_ID_NOT_FOUND', errors: noSuchGroup })
  expect((await world.get('/v1/groups/g')).body).toEqual(unknown)
  world.createTopic('t')
  commit(world.connect(), 'other', [1])
  expect((await world.get('/v1/groups')).body).toEqual([
    { group_id: 'other', state: 'Empty', generation_id: 0, member_count: 0 },
  ])
  expect((await world.get('/v1/groups/g')).body).toEqual(unknown)
})

test('a group whose log cannot be read is to come', async () => {
  const unread = { DescribeGroups: () => ({ groups: [described('g', { errorCode: ErrorCode.NOT_COORDINATOR })] }) }
  expect((await new RestWorld({}, doorsThat(unread)).get('/v1/groups/g')).body).toEqual(
    problem(503, { kafka_error: 'NOT_COORDINATOR' }),
  )
})
