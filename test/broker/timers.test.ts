import { describe, expect, spyOn, test } from 'bun:test'
import { Heap } from '../../src/base/heap.ts'
import { Timers } from '../../src/broker/timers.ts'
import { SimClock } from '../sim/clock.ts'

function setUp() {
  const clock = new SimClock(0)
  const timers = new Timers(clock)
  const rung: string[] = []
  const schedule = (atMs: number, name = String(atMs)) =>
    timers.schedule(atMs, () => rung.push(`${name}@${clock.now()}`))
  return { clock, timers, rung, schedule }
}

describe('Timers', () => {
  test('ring in the order of their times, each once and not before', () => {
    const { clock, rung, schedule } = setUp()
    for (const atMs of [30, 10, 20, 10]) schedule(atMs)
    clock.advance(9)
    expect(rung).toEqual([])
    clock.advance(11)
    expect(rung).toEqual(['10@10', '10@10', '20@20'])
    clock.advance(100)
    expect(rung.slice(3)).toEqual(['30@30'])
    expect(clock.alarmAtMs).toBeNull()
  })

  test('one that is due already rings with the next tick of the clock', () => {
    const { clock, rung, schedule } = setUp()
    clock.advance(50)
    schedule(20)
    expect(rung).toEqual([])
    clock.advance(0)
    expect(rung).toEqual(['20@50'])
  })

  test('one that is set waits as long, however somebody sets the clock meanwhile', () => {
    for (const shiftMs of [-600_000, 600_000]) {
      const { clock, rung, schedule } = setUp()
      schedule(20)
      clock.set(shiftMs)
      schedule(clock.now() + 10, 'later set')
      clock.advance(9)
      expect(rung).toEqual([])
      clock.advance(11)
      expect(rung).toEqual([`later set@${shiftMs + 10}`, `20@${shiftMs + 20}`])
    }
  })

  test('there is one alarm, at the next time; it is set anew only when that changes', () => {
    const { clock, timers, schedule } = setUp()
    const early = schedule(10)
    for (const atMs of [40, 30, 10, 20]) schedule(atMs)
    expect([clock.alarmAtMs, clock.settingsCount]).toEqual([10, 1])
    timers.cancel(early)
    expect([clock.alarmAtMs, clock.settingsCount]).toEqual([10, 1])
    clock.advance(10)
    expect([clock.alarmAtMs, clock.settingsCount]).toEqual([20, 2])
  })

  test('a cancelled one does not ring, and takes its alarm with it', () => {
    const { clock, timers, rung, schedule } = setUp()
    const first = schedule(10)
    const second = schedule(20)
    timers.cancel(first)
    expect(clock.alarmAtMs).toBe(20)
    timers.cancel(second)
    timers.cancel(second)
    expect(clock.alarmAtMs).toBeNull()
    clock.advance(100)
    expect(rung).toEqual([])
  })

  test('cancelling one that has rung does nothing', () => {
    const { clock, timers, rung, schedule } = setUp()
    const first = schedule(10)
    schedule(20)
    clock.advance(10)
    timers.cancel(first)
    clock.advance(10)
    expect(rung).toEqual(['10@10', '20@20'])
  })

  test('one that rings may schedule and cancel others', () => {
    const { clock, timers, rung, schedule } = setUp()
    const doomed = schedule(10, 'doomed')
    timers.schedule(5, () => {
      timers.cancel(doomed)
      schedule(5, 'at once')
      schedule(12, 'later')
    })
    clock.advance(20)
    expect(rung).toEqual(['at once@5', 'later@12'])
  })

  test('dead timers are swept out, so that short waits with long deadlines do not pile up', () => {
    const push = spyOn(Heap.prototype, 'push')
    const { clock, timers, rung, schedule } = setUp()
    schedule(5)
    const [heap] = push.mock.contexts
    push.mockRestore()
    let greatest = 0
    for (let count = 0; count < 10_000; count++) {
      timers.cancel(schedule(1_000_000 + count))
      greatest = Math.max(greatest, heap instanceof Heap ? heap.size : Number.NaN)
    }
    expect(greatest).toBeLessThan(1000)
    schedule(7)
    clock.advance(10)
    expect(rung).toEqual(['5@5', '7@7'])
    expect(clock.alarmAtMs).toBeNull()
  })

  test('clear forgets all, and timers can be scheduled again', () => {
    const { clock, timers, rung, schedule } = setUp()
    for (const atMs of [10, 20]) schedule(atMs)
    timers.clear()
    expect(clock.alarmAtMs).toBeNull()
    schedule(30)
    clock.advance(100)
    expect(rung).toEqual(['30@30'])
  })
})
