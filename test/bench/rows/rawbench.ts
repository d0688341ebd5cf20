/** The same work by the client in C, where that is asked for: a check of ours. It asks more than the bare sink can answer. @module */
import { outputOf } from '../../conformance/commands.ts'
import type { Row, Turn, Work } from '../turn.ts'

/** One run of the client. */
interface Run {
  /** The command line but for the port, which comes second; numbers are scaled. */
  readonly args: readonly [mode: string, ...(string | number)[]]
  /** Where the values of `rows` stand in what it prints. */
  readonly output: RegExp
  readonly rows: readonly Row[]
}

const row = (name: string, unit: string, better: Row['better']): Row => ({ name: `rawbench: ${name}`, unit, better })
const time = (name: string) => row(name, 'µs', 'less')
const rate = (name: string) => row(name, 'MB/s', 'more')

const latency: Run = {
  args: ['lat', 'raw-latency', '100', 5000, '1000'],
  output: /p50 (\S+) p99 (\S+) p99\.9 (\S+)/,
  rows: [time('latency 100 B, p50'), time('latency 100 B, p99'), time('latency 100 B, p99.9')],
}
const small: Run = {
  args: ['prod', 'raw-small', '100', '10', 40, '50'],
  output: /prod (\S+)/,
  rows: [rate('produce 10 × 100 B, 50 in flight')],
}
const middle: Run = {
  args: ['prod', 'raw-middle', '1024', '16', 600, '5'],
  output: /prod (\S+)/,
  rows: [rate('produce 16 × 1 KiB, 5 in flight')],
}
const big: Run = {
  args: ['prod', 'raw-big', '1024', '900', 1000, '5'],
  output: /prod (\S+)/,
  rows: [rate('produce 900 × 1 KiB, 5 in flight')],
}
/** Of what `big` has left. It counts parts of batches too, where ours counts whole ones: a seventh more. */
const fetch: Run = {
  args: ['fetch', 'raw-big', 800, '1048576'],
  output: /fetch (\S+)/,
  rows: [rate('fetch, 1 MiB at a time')],
}
const many: Run = {
  args: ['many', 'raw-many', '50', 40_000],
  output: /conns (\S+)/,
  rows: [row('produce 100 B on 50 connections', 'requests/s', 'more')],
}

export const rawbenchWorks: readonly Work[] = [[latency], [small], [middle], [big, fetch], [many]].map(workOf)

function workOf(runs: readonly Run[]): Work {
  return {
    rows: runs.flatMap(({ rows }) => rows),
    async measure(turn, { target }) {
      const program = turn.options.rawbench
      if (program === null || !target.isBroker) return
      for (const run of runs) await measure(turn, run, [program, String(target.port)])
    },
  }
}

async function measure(turn: Turn, { args, output, rows }: Run, [program, port]: [string, string]): Promise<void> {
  const [mode, ...rest] = args
  const scaled = rest.map(arg => (typeof arg === 'number' ? String(turn.scaled(arg)) : arg))
  const values = output.exec(await outputOf([program, mode, port, ...scaled]))?.slice(1) ?? []
  for (const [index, row] of rows.entries()) turn.record(row, Number(values[index]))
}
