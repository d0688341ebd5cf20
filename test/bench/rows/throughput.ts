/** Two rows for work done as fast as it goes: how much a second, and the processor time that it took. @module */
import type { Effort } from '../jobs.ts'
import type { Row, Turn } from '../turn.ts'

const MB = 1e6
const GB = 1e9
const US_PER_MS = 1000

export class Throughput {
  readonly rows: readonly [rate: Row, cpu: Row]

  constructor(
    name: string,
    /** What is counted: bytes, or requests where not their size but their number is what costs. */
    private readonly counts: 'bytes' | 'requests',
  ) {
    const [rate, cpu] = counts === 'bytes' ? ['MB/s', 'ms/GB'] : ['requests/s', 'µs/request']
    this.rows = [
      { name, unit: rate, better: 'more' },
      { name: `${name}: CPU`, unit: cpu, better: 'less' },
    ]
  }

  record(
    turn: Turn,
    { seconds, cpuMs }: Effort,
    { bytes, requestCount }: { bytes: number; requestCount: number },
  ): void {
    const [rate, cpu] = this.rows
    const isBytes = this.counts === 'bytes'
    turn.record(rate, (isBytes ? bytes / MB : requestCount) / seconds)
    turn.record(cpu, isBytes ? cpuMs / (bytes / GB) : (cpuMs * US_PER_MS) / requestCount)
  }
}
