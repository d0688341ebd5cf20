import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { listOffsets } from '../../src/api/02-list-offsets.ts'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { contract } from '../../src/wire/schema.ts'
import { answerOf, frameOf, type SimClient } from '../sim/client.ts'
import { batchOf, fetchOf, onlyPartition, outcomeOf, produceOf, produceTo, valuesOf, World } from '../sim/world.ts'

const named = { clientSoftwareName: 'tester', clientSoftwareVersion: '1' }

function worldWithTopic(numPartitions = 1, settings: Record<string, string> = {}): World {
  const world = new World({ settings })
  world.createTopic('t', numPartitions)
  return world
}

/** The `.log` files written to, in order. */
function logWrites(world: World, work: () => void): string[] {
  return world.callsDuring(work).flatMap(({ operation, path }) => (operation === 'write' ? [path] : []))
}

describe('a stream of frames', () => {
  test('may be cut anywhere', () => {
    for (const chunkBytes of [1, 2, 3, 4, 5, 7, 50, 101, 1000]) {
      const client = worldWithTopic().connect()
      client.chunkBytes = chunkBytes
      const asked = client.pipeline(() => [
        client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['a', 'b'] }) })),
        client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['c'] }) })),
      ])
      expect(asked.map(of => outcomeOf(answerOf(of)).baseOffset)).toEqual([0, 2])
      expect(valuesOf(onlyPartition(client.call(fetch, 12, fetchOf('t'))))).toEqual(['a', 'b', 'c'])
    }
  })

  test('is answered in its order, whatever the requests are', () => {
    // The client itself compares the correlation ids, in order.
    const client = worldWithTopic().connect()
    const asked = client.pipeline(() => [
      client.ask(apiVersions, 4, named),
      client.ask(produce, 9, produceOf('t', { 0: batchOf() })),
      client.ask(fetch, 12, fetchOf('t')),
      client.ask(produce, 3, produceOf('t', { 0: batchOf() })),
      client.ask(apiVersions, 0, named),
    ])
    expect(asked.every(of => of.answer !== null)).toBe(true)
    expect(client.waitingCount).toBe(0)
  })

  test('of several clients is not mixed up', () => {
    const world = worldWithTopic(3)
    const clients = [0, 1, 2].map(partition => ({ partition, client: world.connect() }))
    const asked = clients.map(({ client, partition }) => {
      client.chunkBytes = 10
      return client.pipeline(() => client.ask(produce, 9, produceOf('t', { [partition]: batchOf() })))
    })
    expect(asked.map(of => outcomeOf(answerOf(of)).index)).toEqual([0, 1, 2])
  })
})

describe('a turn', () => {
  test('writes once to each partition, however many produces it has', () => {
    const world = worldWithTopic(2)
    const client = world.connect()
    produceTo(client, 't', {}, 0)
    produceTo(client, 't', {}, 1)
    const writes = logWrites(world, () => {
      const asked = client.pipeline(() =>
        [0, 1, 0, 0, 1].map(partition => client.ask(produce, 9, produceOf('t', { [partition]: batchOf() }))),
      )
      expect(asked.map(of => outcomeOf(answerOf(of)).baseOffset)).toEqual([1, 1, 2, 3, 2])
    })
    expect(writes.sort()).toEqual(['t-0/00000000000000000000.log', 't-1/00000000000000000000.log'])
    expect(client.sends.length).toBe(3)
  })

  test('has its produces on disk before any of its answers leaves', () => {
    const world = worldWithTopic()
    const client = world.connect()
    produceTo(client, 't')
    let sendsBeforeWrite = -1
    world.disk.fault = operation => {
      if (operation === 'write') sendsBeforeWrite = client.sends.length
      return null
    }
    client.pipeline(() => {
      client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
      client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
    })
    expect([sendsBeforeWrite, client.sends.length]).toEqual([1, 2])
  })

  test('lets a fetch and a look-up see the produce before them', () => {
    const client = worldWithTopic().connect()
    const partition = { partitionIndex: 0, timestamp: -1 }
    const [, fetched, listed] = client.pipeline(
      () =>
        [
          client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['a', 'b'] }) })),
          client.ask(fetch, 12, fetchOf('t')),
          client.ask(listOffsets, 1, {
            replicaId: -1,
            isolationLevel: 0,
            timeoutMs: 0,
            topics: [{ name: 't', partitions: [partition] }],
          }),
        ] as const,
    )
    expect(valuesOf(onlyPartition(answerOf(fetched)))).toEqual(['a', 'b'])
    expect(answerOf(listed).topics[0]?.partitions[0]?.offset).toBe(2)
  })

  test('ends when its answers are many: they are not heaped up', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const value = 'x'.repeat(400_000)
    for (let count = 0; count < 3; count++) produceTo(client, 't', { values: [value] })
    client.sends.length = 0
    client.pipeline(() => {
      for (let count = 0; count < 12; count++) client.ask(fetch, 12, fetchOf('t'))
    })
    expect(client.waitingCount).toBe(0)
    expect(client.sends.length).toBeGreaterThan(3)
    expect(Math.max(...client.sends)).toBeLessThan(4_000_000)
  })
})

describe('a parked answer', () => {
  const waiting = { maxWaitMs: 500, minBytes: 1 }

  test('comes when another connection has produced enough, and not before', () => {
    const world = worldWithTopic(2)
    const [reader, writer] = [world.connect(), world.connect()]
    const batch = batchOf({ values: ['a'] })
    const asked = reader.ask(fetch, 12, fetchOf('t', { ...waiting, minBytes: 2 * batch.length }))
    produceTo(writer, 't', { values: ['other'] }, 1)
    produceTo(writer, 't', { values: ['a'] })
    expect(asked.answer).toBeNull()
    produceTo(writer, 't', { values: ['b'] })
    expect(valuesOf(onlyPartition(answerOf(asked)))).toEqual(['a', 'b'])
    expect(world.clock.alarmAtMs).toBeNull()
  })

  test('comes after the answer to the produce that woke it', () => {
    const world = worldWithTopic()
    const [reader, writer] = [world.connect(), world.connect()]
    const order: string[] = []
    for (const [name, client] of Object.entries({ reader, writer })) {
      const send = client.send.bind(client)
      client.send = pieces => {
        order.push(name)
        return send(pieces)
      }
    }
    reader.ask(fetch, 12, fetchOf('t', waiting))
    produceTo(writer, 't')
    expect(order).toEqual(['writer', 'reader'])
  })

  test('comes to a client that sends nothing more, and is its last', () => {
    const world = worldWithTopic()
    const reader = world.connect()
    const asked = reader.ask(fetch, 12, fetchOf('t', waiting))
    reader.end()
    expect([asked.answer, reader.isOpen]).toEqual([null, true])
    produceTo(world.connect(), 't', { values: ['a'] })
    expect(valuesOf(onlyPartition(answerOf(asked)))).toEqual(['a'])
    expect([reader.isOpen, reader.closings]).toEqual([false, []])
  })

  test('comes empty at the deadline', () => {
    const world = worldWithTopic()
    const reader = world.connect()
    const asked = reader.ask(fetch, 12, fetchOf('t', waiting))
    world.advance(499)
    expect(asked.answer).toBeNull()
    world.advance(1)
    expect(onlyPartition(answerOf(asked))).toMatchObject({
      errorCode: 0,
      highWatermark: 0,
      records: [new Uint8Array(0)],
    })
    expect(world.clock.alarmAtMs).toBeNull()
  })

  test('comes when the topic is deleted', () => {
    const world = worldWithTopic()
    const asked = world.connect().ask(fetch, 12, fetchOf('t', waiting))
    world.deleteTopic('t')
    expect(onlyPartition(answerOf(asked)).errorCode).toBe(3)
  })

  test('comes when the broker closes', () => {
    const world = worldWithTopic()
    const reader = world.connect()
    const asked = reader.ask(fetch, 12, fetchOf('t', waiting))
    world.broker.close()
    expect(onlyPartition(answerOf(asked)).errorCode).toBe(0)
  })

  test('goes to all who wait', () => {
    const world = worldWithTopic()
    const asked = [1, 2, 3].map(() => world.connect().ask(fetch, 12, fetchOf('t', waiting)))
    produceTo(world.connect(), 't', { values: ['a'] })
    expect(asked.map(of => valuesOf(onlyPartition(answerOf(of))))).toEqual([['a'], ['a'], ['a']])
  })

  test('keeps what is behind it undecided, in the same chunk and in later ones', () => {
    const world = worldWithTopic()
    const [client, writer] = [world.connect(), world.connect()]
    const [first, second] = client.pipeline(
      () =>
        [
          client.ask(fetch, 12, fetchOf('t', waiting)),
          client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['second'] }) })),
        ] as const,
    )
    expect(client.isPaused).toBe(true)
    const third = client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['third'] }) }))
    produceTo(writer, 't', { values: ['first'] })
    expect(valuesOf(onlyPartition(answerOf(first)))).toEqual(['first'])
    expect([outcomeOf(answerOf(second)).baseOffset, outcomeOf(answerOf(third)).baseOffset]).toEqual([1, 2])
    expect(client.isPaused).toBe(false)
  })

  test('may wake another one whose connection then wakes the first, and so on', () => {
    const world = worldWithTopic(2)
    const clients = [world.connect(), world.connect()]
    // Each waits for its own partition, and produces to the other's once it is answered.
    const asked = clients.map((client, own) =>
      client.pipeline(() =>
        Array.from({ length: 50 }, (_, round) => [
          client.ask(fetch, 12, fetchOf('t', { ...waiting, partitions: [{ partition: own, fetchOffset: round }] })),
          client.ask(produce, 9, produceOf('t', { [1 - own]: batchOf() })),
        ]),
      ),
    )
    produceTo(world.connect(), 't')
    expect(asked.flat(2).every(of => of.answer !== null)).toBe(true)
  })

  test('to a connection that is gone is not sent, and leaves nothing behind', () => {
    const world = worldWithTopic()
    const reader = world.connect()
    reader.ask(fetch, 12, fetchOf('t', waiting))
    reader.hangUp()
    expect(world.clock.alarmAtMs).toBeNull()
    produceTo(world.connect(), 't')
    world.advance(1000)
    world.broker.close()
    expect(reader.sends).toEqual([])
  })

  test('has the error of a disk that cannot be read', () => {
    const world = worldWithTopic()
    const asked = world.connect().ask(fetch, 12, fetchOf('t', waiting))
    world.disk.fault = operation => (operation === 'read' ? 'EIO' : null)
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
    expect(onlyPartition(answerOf(asked)).errorCode).toBe(56)
  })

  test('that cannot be made for an error of ours ends its own connection, not the one that woke it', () => {
    const world = worldWithTopic()
    const [reader, writer] = [world.connect(), world.connect()]
    reader.ask(fetch, 12, fetchOf('t', waiting))
    world.disk.fault = operation => {
      if (operation === 'read') throw new TypeError('no such thing')
      return null
    }
    expect(produceTo(writer, 't').errorCode).toBe(0)
    expect(reader.closings).toEqual([expect.stringContaining('no such thing')])
    world.disk.fault = () => null
    world.advance(1000)
    expect(produceTo(writer, 't').baseOffset).toBe(1)
    expect([reader.sends.length, writer.closings.length]).toEqual([0, 0])
  })
})

/** A contract of an API that is not served: it reads as ApiVersions does. */
function foreign(key: number) {
  const { request, response } = apiVersions
  return contract({
    key,
    name: 'Foreign',
    versions: '0-4',
    flexible: 3,
    request: () => request,
    response: () => response,
  })
}

describe('a frame that cannot be read', () => {
  const unknownApi = () => frameOf(foreign(4711), 0, named, 1)
  const oversize = () => Uint8Array.of(0x7f, 0xff, 0xff, 0xff)
  const negative = () => Uint8Array.of(0xff, 0xff, 0xff, 0xff)
  const newVersion = () => frameOf(produce, 14, produceOf('t', { 0: batchOf() }), 1)
  const unservedApi = () => frameOf(foreign(52), 0, named, 1)
  const empty = () => new Uint8Array(4)
  const cutShort = () => {
    const frame = frameOf(produce, 9, produceOf('t', { 0: batchOf() }), 1).slice(0, -20)
    new DataView(frame.buffer).setInt32(0, frame.length - 4)
    return frame
  }

  for (const [what, make] of Object.entries({
    unknownApi,
    unservedApi,
    newVersion,
    oversize,
    negative,
    empty,
    cutShort,
  })) {
    test(`${what}: ends the connection after the earlier answers, with one line`, () => {
      const client = worldWithTopic().connect()
      const earlier = client.pipeline(() => {
        const asked = client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
        client.write(make())
        return asked
      })
      expect(outcomeOf(answerOf(earlier)).baseOffset).toBe(0)
      expect(client.closings.length).toBe(1)
      expect(client.closings[0]).toMatch(/^\S[^\n]*$/)
    })
  }

  test('lets nothing behind it be decided', () => {
    const world = worldWithTopic()
    const client = world.connect()
    client.pipeline(() => {
      client.write(unknownApi())
      client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
    })
    expect([client.closings.length, client.sends.length]).toEqual([1, 0])
    expect(onlyPartition(world.connect().call(fetch, 12, fetchOf('t'))).highWatermark).toBe(0)
  })

  test('says which limit a frame is over', () => {
    const client = worldWithTopic(1, { 'socket.request.max.bytes': '1000' }).connect()
    produceTo(client, 't', { values: ['x'.repeat(500)] })
    client.ask(produce, 9, produceOf('t', { 0: batchOf({ values: ['x'.repeat(1000)] }) }))
    expect(client.closings[0]).toContain('socket.request.max.bytes')
  })
})

describe('a client that does not read', () => {
  const bytes = 300_000
  function fill() {
    const world = worldWithTopic()
    const client = world.connect()
    for (let count = 0; count < 3; count++) produceTo(client, 't', { values: ['x'.repeat(bytes)] })
    client.isReading = false
    return { world, client }
  }
  const fetchCount = 40

  test('is not decided any more: what waits for it stays bounded', () => {
    const { client } = fill()
    client.pipeline(() => {
      for (let count = 0; count < fetchCount; count++) client.ask(fetch, 12, fetchOf('t'))
    })
    expect(client.isPaused).toBe(true)
    expect(client.unreadBytes).toBeGreaterThan(1024 * 1024)
    expect(client.unreadBytes).toBeLessThan(4 * 1024 * 1024)
    const { unreadBytes } = client
    client.ask(fetch, 12, fetchOf('t'))
    expect(client.unreadBytes).toBe(unreadBytes)
  })

  test('gets everything, in order, once it reads', () => {
    const { client } = fill()
    const asked = client.pipeline(() => Array.from({ length: fetchCount }, () => client.ask(fetch, 12, fetchOf('t'))))
    client.read()
    expect(asked.every(of => valuesOf(onlyPartition(answerOf(of))).length === 3)).toBe(true)
    expect(client.isPaused).toBe(false)
  })

  test('does not hold up others', () => {
    const { world, client } = fill()
    client.pipeline(() => {
      for (let count = 0; count < fetchCount; count++) client.ask(fetch, 12, fetchOf('t'))
    })
    expect(valuesOf(onlyPartition(world.connect().call(fetch, 12, fetchOf('t')))).length).toBe(3)
  })

  test('is not taken for ready because a parked answer has come', () => {
    const { world, client } = fill()
    client.pipeline(() => {
      client.ask(fetch, 12, fetchOf('t'))
      client.ask(fetch, 12, fetchOf('t'))
      client.ask(fetch, 12, fetchOf('t', { maxWaitMs: 100, partitions: [{ fetchOffset: 3 }] }))
      client.ask(apiVersions, 0, named)
    })
    world.advance(100)
    expect([client.isPaused, client.waitingCount]).toEqual([true, 4])
    client.read()
    expect([client.isPaused, client.waitingCount]).toEqual([false, 0])
  })

  test('may go away with its answers unread', () => {
    const { world, client } = fill()
    client.pipeline(() => {
      for (let count = 0; count < fetchCount; count++) client.ask(fetch, 12, fetchOf('t'))
    })
    client.hangUp()
    produceTo(world.connect(), 't')
    expect(world.clock.alarmAtMs).toBeNull()
  })
})

/** Every look at the clock takes 1 ms. */
function slowWorld(): World {
  const world = worldWithTopic()
  let elapsedMs = world.clock.elapsed()
  world.clock.elapsed = () => elapsedMs++
  return world
}

/** Lets the broker go on until it has no more to do for `client`; how often it left it meanwhile. */
function finish(client: SimClient): number {
  let rests = 0
  for (let { goOn } = client; goOn; { goOn } = client) {
    rests++
    client.goOn = null
    goOn()
  }
  return rests
}

const unanswered = (records = batchOf()) => produceOf('t', { 0: records }, { acks: 0 })

function endOf(world: World): bigint | number {
  return onlyPartition(world.connect().call(fetch, 12, fetchOf('t'))).highWatermark
}

describe('a produce without an answer that fails', () => {
  const damaged = batchOf()
  damaged[damaged.length - 1]! ^= 1

  test('ends the connection, and nothing behind it is appended', () => {
    const world = worldWithTopic()
    const client = world.connect()
    client.pipeline(() => {
      client.tell(produce, 9, unanswered())
      client.tell(produce, 9, unanswered(damaged))
      for (let count = 0; count < 5; count++) client.tell(produce, 9, unanswered())
      client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
    })
    expect([endOf(world), client.sends.length]).toEqual([1, 0])
    expect(client.closings).toEqual(['produce with acks=0 failed: CORRUPT_MESSAGE'])
  })

  test('leaves the answers before it to be sent', () => {
    const world = worldWithTopic()
    const client = world.connect()
    const before = client.pipeline(() => {
      const asked = client.ask(produce, 9, produceOf('t', { 0: batchOf() }))
      client.tell(produce, 9, unanswered(damaged))
      client.tell(produce, 9, unanswered())
      return asked
    })
    expect(outcomeOf(answerOf(before)).baseOffset).toBe(0)
    expect([endOf(world), client.closings.length]).toEqual([1, 1])
  })
})

describe('a client that is gone', () => {
  const silent = (count: number) => Array.from({ length: count }, (_, id) => frameOf(produce, 9, unanswered(), id))
  const answered = () => frameOf(apiVersions, 4, named, 1)
  const waiting = () => frameOf(fetch, 12, fetchOf('t', { maxWaitMs: 500, minBytes: 1_000_000 }), 1)

  /** What has become of `frames` whose client is gone before more than a few are decided. */
  function lose(world: World, frames: readonly Uint8Array[]) {
    const client = world.connect()
    const session = world.broker.connect(client)
    session.receive(concatBytes(frames))
    session.lost()
    const rests = finish(client)
    return { client, session, rests }
  }

  test('has what it sent decided, a little at a time, where it needs no answer', () => {
    const world = slowWorld()
    const { client, session, rests } = lose(world, silent(50))
    expect(rests).toBeGreaterThan(10)
    expect(endOf(world)).toBe(50)
    expect([client.isOpen, client.closings, session.heldBytes]).toEqual([false, [], 0])
  })

  test('has that decided, too, which came while the session rested', () => {
    const world = slowWorld()
    const client = world.connect()
    const session = world.broker.connect(client)
    session.receive(concatBytes(silent(20)))
    expect(client.isPaused).toBe(true)
    session.receive(concatBytes(silent(20)))
    session.lost()
    finish(client)
    expect([endOf(world), client.isOpen]).toEqual([40, false])
  })

  test('gets no answer: the first turn that has one ends the session', () => {
    const world = slowWorld()
    const { client, session } = lose(world, [...silent(10), answered(), ...silent(10)])
    expect(endOf(world)).toBe(10)
    expect([client.isOpen, client.sends, session.heldBytes]).toEqual([false, [], 0])
  })

  test('is not waited for', () => {
    const world = slowWorld()
    const { client, session } = lose(world, [...silent(10), waiting(), ...silent(10)])
    expect(endOf(world)).toBe(10)
    expect([client.isOpen, session.heldBytes, world.clock.alarmAtMs]).toEqual([false, 0, null])
  })

  test('is not waited for where it waited itself', () => {
    const world = worldWithTopic()
    const { client, session } = lose(world, [waiting(), ...silent(10)])
    expect(endOf(world)).toBe(0)
    expect([client.isOpen, session.heldBytes, world.clock.alarmAtMs]).toEqual([false, 0, null])
  })

  test('leaves a frame undecided that has come in part', () => {
    const world = slowWorld()
    const [whole, part] = [silent(10), silent(1)[0]?.subarray(0, -1) ?? new Uint8Array()]
    const { client } = lose(world, [...whole, part])
    expect([endOf(world), client.isOpen]).toEqual([10, false])
  })
})

describe('a client that asks much', () => {
  test('is left for others after a while, and gets all its answers in order', () => {
    const client = slowWorld().connect()
    const asked = client.pipeline(() => Array.from({ length: 50 }, () => client.ask(apiVersions, 4, named)))
    expect(client.waitingCount).toBeGreaterThan(40)
    expect(client.isPaused).toBe(true)
    expect(finish(client)).toBeGreaterThan(10)
    expect(asked.every(of => of.answer !== null)).toBe(true)
    expect(client.isPaused).toBe(false)
  })

  test('does not hold up others', () => {
    const world = slowWorld()
    const client = world.connect()
    client.pipeline(() => {
      for (let count = 0; count < 50; count++) client.ask(apiVersions, 4, named)
    })
    expect(world.connect().call(apiVersions, 4, named).errorCode).toBe(0)
    expect(client.waitingCount).toBeGreaterThan(40)
  })

  test('may wait and be left in turns', () => {
    const world = slowWorld()
    const client = world.connect()
    const wait = { maxWaitMs: 10_000, minBytes: 1 }
    client.pipeline(() => {
      for (let count = 0; count < 5; count++) client.ask(apiVersions, 4, named)
      client.ask(fetch, 12, fetchOf('t', wait))
      for (let count = 0; count < 5; count++) client.ask(apiVersions, 4, named)
    })
    finish(client)
    expect([client.waitingCount, client.isPaused]).toEqual([6, true])
    produceTo(world.connect(), 't')
    finish(client)
    expect([client.waitingCount, client.isPaused]).toEqual([0, false])
  })

  test('and nothing more gets all its answers, and then the connection ends', () => {
    const client = slowWorld().connect()
    const asked = client.pipeline(() => Array.from({ length: 50 }, () => client.ask(apiVersions, 4, named)))
    client.end()
    expect([client.waitingCount > 40, client.isOpen]).toEqual([true, true])
    finish(client)
    expect(asked.every(of => of.answer !== null)).toBe(true)
    expect([client.isOpen, client.closings]).toEqual([false, []])
  })

  test('may go away while it is left', () => {
    const client = slowWorld().connect()
    client.pipeline(() => {
      for (let count = 0; count < 50; count++) client.ask(apiVersions, 4, named)
    })
    const { waitingCount } = client
    client.hangUp()
    finish(client)
    expect(client.waitingCount).toBe(waitingCount)
  })
})
