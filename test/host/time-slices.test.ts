/** Who gives way to whom on a CPU. Only Linux has what it takes. @module */
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type Schedule, TimeSlices } from '../../src/host/time-slices.ts'

const SCHED_OTHER = 0
const SCHED_BATCH = 3
/** Where stat of proc(5) has the policy, counted from what follows the name, and how nice it is. */
const POLICY = 38
const NICE = 16

test('every thread but ours is told to give way, and those that come later 100 ms after the last look', async () => {
  const threads = new TimeSlices()
  const first = otherThreads()
  threads.noteWork(1000)
  expect(new Set(policiesOf(first))).toEqual(new Set([SCHED_BATCH]))
  expect(policiesOf([String(process.pid)])).toEqual([SCHED_OTHER])

  const worker = new Worker('data:text/javascript,setInterval(() => {}, 1000)')
  await new Promise(resolve => worker.addEventListener('open', resolve))
  const later = otherThreads().filter(thread => !first.includes(thread))
  threads.noteWork(1099)
  expect(policiesOf(later)).toContain(SCHED_OTHER)
  threads.noteWork(1100)
  expect(new Set(policiesOf(later))).toEqual(new Set([SCHED_BATCH]))
  worker.terminate()
})

test('our slice is short until more than 30,000 pieces of work come in a second, and again when fewer do', () => {
  const slices: number[] = []
  const schedule: Schedule = (_, { sliceNs }) => slices.push(sliceNs)
  const threads = new TimeSlices(
    () => [],
    () => schedule,
  )
  const work = (fromMs: number, count: number) => {
    for (let i = 0; i < count; i++) threads.noteWork(fromMs + (100 * i) / count)
  }
  work(0, 1000)
  expect(slices).toEqual([650_000])
  work(100, 4000)
  work(200, 4000)
  expect(slices).toEqual([650_000, 0])
  work(300, 1)
  work(400, 1)
  expect(slices).toEqual([650_000, 0, 650_000])
})

test('a thread stays as nice as it is', () => {
  const script = `
    const { TimeSlices } = await import(${JSON.stringify(import.meta.resolve('../../src/host/time-slices.ts'))})
    new TimeSlices().noteWork(0)
    const { readdirSync, readFileSync } = require('node:fs')
    for (const id of readdirSync('/proc/self/task')) process.stdout.write(readFileSync('/proc/self/task/' + id + '/stat'))`
  const { stdout } = Bun.spawnSync(['nice', '-n', '5', process.execPath, '-e', script])
  const stats = stdout.toString().trim().split('\n')
  expect(stats.length).toBeGreaterThan(1)
  expect(new Set(stats.map(stat => fieldsOf(stat)[NICE]))).toEqual(new Set(['5']))
})

test('where threads cannot be listed nothing is done, and nobody tries again', () => {
  let askedCount = 0
  const threads = new TimeSlices(() => {
    askedCount++
    throw new Error('no procfs')
  })
  for (const nowMs of [0, 100, 1e9]) threads.noteWork(nowMs)
  expect(askedCount).toBe(1)
})

function otherThreads(): string[] {
  return readdirSync('/proc/self/task').filter(thread => thread !== String(process.pid))
}

/** Of those that are still there. */
function policiesOf(threads: readonly string[]): number[] {
  const stats = threads.map(thread => `/proc/self/task/${thread}/stat`).filter(path => existsSync(path))
  return stats.map(path => policyIn(readFileSync(path, 'utf8')))
}

function policyIn(stat: string): number {
  return Number(fieldsOf(stat)[POLICY])
}

function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
