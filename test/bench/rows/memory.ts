/** What the work leaves in memory. @module */
import { memoryOf } from '../linux.ts'
import type { Row, Work } from '../turn.ts'

const MIB = 1024 * 1024
const LATER_MS = 30_000

const resident: Row = { name: 'memory, after the work: resident', unit: 'MiB', better: 'less' }
const anonymous: Row = { name: 'memory, after the work: anonymous', unit: 'MiB', better: 'less' }
const residentLater: Row = { name: 'memory, 30 s later: resident', unit: 'MiB', better: 'less' }
const anonymousLater: Row = { name: 'memory, 30 s later: anonymous', unit: 'MiB', better: 'less' }

export const memoryAfterWork: Work = {
  rows: [resident, anonymous, residentLater, anonymousLater],
  async measure(turn, { target }) {
    const record = (residentRow: Row, anonymousRow: Row) => {
      const { residentBytes, anonymousBytes } = memoryOf(target.pid)
      turn.record(residentRow, residentBytes / MIB)
      turn.record(anonymousRow, anonymousBytes / MIB)
    }
    record(resident, anonymous)
    if (!turn.options.isSlow) return
    await Bun.sleep(LATER_MS)
    record(residentLater, anonymousLater)
  },
}
