import { describe, expect, test } from 'bun:test'
import { ProducerExpiry } from '../../src/broker/producer-expiry.ts'
import { Timers } from '../../src/broker/timers.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { append, NOW_MS, openLog } from '../log/fixture.ts'
import { SimClock } from '../sim/clock.ts'
import { SimDisk } from '../sim/disk.ts'

const MINUTE_MS = 60 * 1000
const CHECK_MS = 10 * MINUTE_MS
const EXPIRATION_MS = 60 * MINUTE_MS

function setUp() {
  const clock = new SimClock(NOW_MS)
  const timers = new Timers(clock)
  const expiry = new ProducerExpiry({ timers, configs: new BrokerConfigs(new Map()), now: () => clock.now() })
  const log = openLog(new SimDisk(), { config: { producerIdExpirationMs: EXPIRATION_MS } })
  const write = (producerId: number, more: object = {}) => {
    append(log, { timestamps: [clock.now()], producerId, producerEpoch: 0, baseSequence: 0, ...more })
    expiry.watch(log)
  }
  const producers = () => Array.from(log.activeProducers, of => of.producerId)
  return { clock, expiry, log, write, producers }
}

describe('a producer', () => {
  test('is forgotten when it has been silent for long enough', () => {
    const { clock, write, producers } = setUp()
    write(1)
    clock.advance(EXPIRATION_MS - 1)
    expect(producers()).toEqual([1])
    clock.advance(1)
    expect(producers()).toEqual([])
  })
  test('with an old clock is not forgotten before the next check', () => {
    const { clock, write, producers } = setUp()
    write(1, { timestamps: [1000] })
    clock.advance(CHECK_MS - 1)
    expect(producers()).toEqual([1])
    clock.advance(1)
    expect(producers()).toEqual([])
  })
  test('that comes while another is waited for is not waited for as long', () => {
    const { clock, write, producers } = setUp()
    write(1)
    clock.advance(CHECK_MS)
    write(2, { timestamps: [1000] })
    clock.advance(CHECK_MS)
    expect(producers()).toEqual([1])
  })
  test('stays while its transaction is open', () => {
    const { clock, expiry, log, write, producers } = setUp()
    write(1, { isTransactional: true })
    clock.advance(3 * EXPIRATION_MS)
    expect(producers()).toEqual([1])
    const end = { producerId: 1, producerEpoch: 0, coordinatorEpoch: 0, isCommit: true, transactionVersion: 1 }
    log.endTransaction(end, clock.now())
    expiry.watch(log)
    clock.advance(EXPIRATION_MS)
    expect(producers()).toEqual([])
  })
})

describe('nobody looks', () => {
  test('where there is no producer any more', () => {
    const { clock, write } = setUp()
    write(1)
    clock.advance(EXPIRATION_MS)
    expect(clock.alarmAtMs).toBeNull()
  })
  test('before the first may be forgotten, while nothing is written', () => {
    const { clock, write } = setUp()
    write(1)
    expect(clock.alarmAtMs).toBe(NOW_MS + CHECK_MS)
    clock.advance(CHECK_MS)
    expect(clock.alarmAtMs).toBe(NOW_MS + EXPIRATION_MS)
  })
  test('at a log that is gone', () => {
    const { clock, expiry, log, write } = setUp()
    write(1)
    expiry.forget(log)
    clock.advance(CHECK_MS)
    expect(clock.alarmAtMs).toBeNull()
  })
})

test('a shorter time is in force at once', () => {
  const { clock, expiry, log, write, producers } = setUp()
  write(1)
  clock.advance(CHECK_MS)
  log.config = { ...log.config, producerIdExpirationMs: MINUTE_MS }
  expiry.reconsider()
  clock.advance(CHECK_MS)
  expect(producers()).toEqual([])
})
