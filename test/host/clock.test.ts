import { expect, spyOn, test } from 'bun:test'
import { SystemClock } from '../../src/host/clock.ts'

test('the alarm rings once, not before its time and not within setAlarm', async () => {
  const clock = new SystemClock()
  const atMs = clock.elapsed() + 3
  const { promise, resolve } = Promise.withResolvers<number>()
  let ringCount = 0
  clock.setAlarm(atMs, () => {
    ringCount++
    resolve(clock.elapsed())
  })
  expect(ringCount).toBe(0)
  expect(await promise).toBeGreaterThanOrEqual(atMs)
  expect(ringCount).toBe(1)
})

test('a time that is past rings at once, but later', async () => {
  const clock = new SystemClock()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let hasReturned = false
  clock.setAlarm(0, () => resolve(hasReturned))
  hasReturned = true
  expect(await promise).toBe(true)
})

test('a new alarm replaces the old one, null takes it away, and one in a century does not ring now', async () => {
  const clock = new SystemClock()
  const rung: string[] = []
  clock.setAlarm(0, () => rung.push('replaced'))
  clock.setAlarm(clock.elapsed() + 100 * 365 * 86_400_000, () => rung.push('century'))
  const other = new SystemClock()
  other.setAlarm(0, () => rung.push('cancelled'))
  other.setAlarm(null, () => rung.push('null'))
  await new Promise<void>(resolve => new SystemClock().setAlarm(performance.now() + 5, resolve))
  expect(rung).toEqual([])
  clock.setAlarm(null, () => {})
})

test('an alarm that is moved later, or taken back and set again, needs no other timer; one that is moved earlier does', async () => {
  const timers = spyOn(globalThis, 'setTimeout')
  try {
    const clock = new SystemClock()
    const startMs = clock.elapsed()
    for (let moved = 0; moved < 100; moved++) {
      clock.setAlarm(startMs + 60_000 + moved, () => {})
      clock.setAlarm(null, () => {})
    }
    expect(timers).toHaveBeenCalledTimes(1)
    const earlierMs = clock.elapsed() + 3
    await new Promise<void>(resolve => clock.setAlarm(earlierMs, resolve))
    expect(clock.elapsed() - startMs).toBeLessThan(60_000)
    expect(clock.elapsed()).toBeGreaterThanOrEqual(earlierMs)
  } finally {
    timers.mockRestore()
  }
})

test('an alarm that was moved later does not ring at its first time', async () => {
  const clock = new SystemClock()
  const laterMs = clock.elapsed() + 12
  let rungMs = 0
  clock.setAlarm(clock.elapsed() + 2, () => {})
  await new Promise<void>(resolve =>
    clock.setAlarm(laterMs, () => {
      rungMs = clock.elapsed()
      resolve()
    }),
  )
  expect(rungMs).toBeGreaterThanOrEqual(laterMs)
})
