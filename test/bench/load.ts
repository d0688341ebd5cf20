/** The load client, a process of its own: `bun test/bench/load.ts KIND JOB` does one job and prints what it measured. @module */
import type { Jobs, Kind } from './jobs.ts'
import { runCommit } from './load/commit.ts'
import { runFetch } from './load/fetch.ts'
import { makeGroups, runLoadGroups } from './load/groups.ts'
import { runIdle } from './load/idle.ts'
import { runKeep } from './load/keep.ts'
import { runLatency, runTail } from './load/latency.ts'
import { runProduce } from './load/produce.ts'
import { runStarts } from './load/start.ts'
import { makeTopics } from './load/topics.ts'
import { makeTransactionalIds } from './load/transactions.ts'

type Runner<K extends Kind> = (job: Jobs[K]['job']) => Jobs[K]['result'] | Promise<Jobs[K]['result']>

const runners: { readonly [K in Kind]: Runner<K> } = {
  start: runStarts,
  topics: makeTopics,
  groups: makeGroups,
  transactionalIds: makeTransactionalIds,
  loadGroups: runLoadGroups,
  keep: runKeep,
  commit: runCommit,
  idle: runIdle,
  latency: runLatency,
  produce: runProduce,
  fetch: runFetch,
  tail: runTail,
}

async function run<K extends Kind>(kind: K, job: string): Promise<void> {
  const runner: Runner<K> = runners[kind]
  console.log(JSON.stringify(await runner(JSON.parse(job))))
}

function isKind(name: string): name is Kind {
  return name in runners
}

const [kind = '', job = ''] = process.argv.slice(2)
try {
  if (!isKind(kind)) throw new Error(`no such work: '${kind}'`)
  await run(kind, job)
} catch (error) {
  // For whoever started this: a stack would say nothing of the broker.
  console.error(`error: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
