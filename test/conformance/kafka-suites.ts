/** Kafka's Java client and its command-line tools, driven by the suites that stand beside the project. @module */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, shared } from './commands.ts'
import type { Report } from './report.ts'

const SUITE_MS = 600_000

/** Every check of a broker through Kafka's Java client. */
export async function checkJavaClient(report: Report, port: number): Promise<void> {
  await checkSuite(report, 'java', only => ['run-client.sh', `127.0.0.1:${port}`, only])
}

/** Every check of a broker through Kafka's tools. */
export async function checkTools(report: Report, port: number): Promise<void> {
  await checkSuite(report, 'tools', only => ['run-tools.sh', `127.0.0.1:${port}`, '--only', only])
}

/** A suite says in its last line how many of its checks passed, failed and were skipped. */
async function checkSuite(report: Report, room: string, suite: (only: string) => readonly [string, ...string[]]) {
  const later = laterChecks(room)
  for (const [name, reason] of later) report.skip(name, `needs ${reason}`)
  const [script, ...args] = suite(`^(?!(${[...later.keys()].join('|')})$)`)
  const { text, errors } = await run([join(shared, 'conformance', script), ...args], { limitMs: SUITE_MS })
  console.log(text.trim())
  const [, passed, failed, skipped = 0] = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(text) ?? []
  if (passed === undefined) report.fail(script, errors)
  else report.add({ passed: Number(passed), failed: Number(failed), skipped: Number(skipped) })
}

/** What later.txt says of a room: check → what it needs. */
function laterChecks(room: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dir, 'later.txt'), 'utf8')
  const rows = [...text.matchAll(/^(\S+) (\S+) {2}(.+)$/gm)].filter(([, of]) => of === room)
  return new Map(rows.map(([, , name = '', reason = '']) => [name, reason]))
}
