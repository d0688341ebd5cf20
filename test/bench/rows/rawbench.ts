/** The same work by the client in C, where that is asked for: a check of ours. It asks more than the bare sink can answer. @module */
import { outputOf } from '../../conformance/commands.ts'
import type { Row, Work } from '../turn.ts'
import { FETCH_TOPIC } from './fetch.ts'

interface Mode {
  readonly rows: readonly Row[]
  /** The command line without the port, which comes second; numbers are scaled. */
  readonly args: readonly [mode: string, ...(string | number)[]]
  /** Where the values of `rows` stand in what it prints. */
  readonly output: RegExp
}

const row = (name: string, unit: string, better: Row['better']): Row => ({ name: `rawbench: ${name}`, unit, better })
const time = (name: string) => row(name, 'µs', 'less')
const rate = (name: string) => row(name, 'MB/s', 'more')

const modes: readonly Mode[] = [
  {
    rows: [time('latency 100 B, p50'), time('latency 100 B, p99'), time('latency 100 B, p99.9')],
    args: ['lat', 'raw-latency', '100', 5000, '1000'],
    output: /p50 (\S+) p99 (\S+) p99\.9 (\S+)/,
  },
  {
    rows: [rate('produce 10 × 100 B, 50 in flight')],
    args: ['prod', 'raw-small', '100', '10', 40, '50'],
    output: /prod (\S+)/,
  },
  {
    rows: [rate('produce 16 × 1 KiB, 5 in flight')],
    args: ['prod', 'raw-middle', '1024', '16', 600, '5'],
    output: /prod (\S+)/,
  },
  {
    rows: [rate('produce 900 × 1 KiB, 5 in flight')],
    args: ['prod', 'raw-big', '1024', '900', 1000, '5'],
    output: /prod (\S+)/,
  },
  {
    rows: [rate('fetch, 1 MiB at a time')],
    // It reads no topic twice, so no more than what our own client has put there.
    args: ['fetch', FETCH_TOPIC, 290, '1048576'],
    output: /fetch (\S+)/,
  },
  {
    rows: [row('produce 100 B on 50 connections', 'requests/s', 'more')],
    args: ['many', 'raw-many', '50', 40_000],
    output: /conns (\S+)/,
  },
]

export const rawbenchWorks: readonly Work[] = modes.map(workOf)

function workOf({ rows, args, output }: Mode): Work {
  return {
    rows,
    async measure(turn, { target }) {
      const program = turn.options.rawbench
      if (program === null || !target.isBroker) return
      const [mode, ...rest] = args
      const scaled = rest.map(arg => (typeof arg === 'number' ? String(turn.scaled(arg)) : arg))
      const values = output.exec(await outputOf([program, mode, String(target.port), ...scaled]))?.slice(1) ?? []
      for (const [index, row] of rows.entries()) turn.record(row, Number(values[index]))
    },
  }
}
