/** The runtime's threads give way to clients. Only Linux has what it takes. @module */
import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { RuntimeThreads } from '../../src/host/runtime-threads.ts'

const SCHED_OTHER = 0
const SCHED_BATCH = 3
/** Where stat of proc(5) has the policy, counted from what follows the name. */
const POLICY = 38

test('every thread but ours is told to give way, and those that come later 100 ms after the last look', async () => {
  const threads = new RuntimeThreads()
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

test('where threads cannot be listed nothing is done, and nobody tries again', () => {
  let askedCount = 0
  const threads = new RuntimeThreads(() => {
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
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[POLICY])
}
