/** Two rows for work done as fast as it goes: how much a second, and the processor time that it took. @module */
import type { Effort } from '../jobs.ts'
import type { Row, Turn } from '../turn.ts'

const MB = 1e6
const GB = 1e9
const US_PER_MS = 1000

/** What is counted: bytes, or others where not their size but their number is what costs. */
type Counted = 'bytes' | 'requests' | 'transactions'

const units: Readonly<Record<Counted, readonly [rate: string, cpu: string]>> = {
  bytes: ['MB/s', 'ms/GB'],
  requests: ['requests/s', 'µs/request'],
  transactions: ['transactions/s', 'µs/transaction'],
}

export class Throughput {
  readonly rows: readonly [rate: Row, cpu: Row]

  constructor(
    name: string,
    private readonly counted: Counted,
  ) {
    const [rate, cpu] = units[counted]
    this.rows = [
      { name, unit: rate, better: 'more' },
      { name: `${name}: CPU`, unit: cpu, better: 'less' },
    ]
  }

  record(turn: Turn, { seconds, cpuMs }: Effort, { bytes, count }: { bytes: number; count: number }): void {
    const [rate, cpu] = this.rows
    const isBytes = this.counted === 'bytes'
    turn.record(rate, (isBytes ? bytes / MB : count) / seconds)
    turn.record(cpu, isBytes ? cpuMs / (bytes / GB) : (cpuMs * US_PER_MS) / count)
  }
}
