/** The table that a run prints, and its samples as JSON. @module */
import type { ContenderName } from './contenders.ts'
import type { Row, Samples } from './turn.ts'

const OURS: ContenderName = 'strikemq'
const NOTHING = '–'

/** Medians by row and contender, and beside each of the others' how it compares with ours. */
export function tableOf(rows: readonly Row[], names: readonly ContenderName[], samples: Samples): string {
  const head = ['', '', ...names.flatMap(name => (name === OURS ? [name] : [name, '×']))]
  const lines = rows.filter(row => samples.has(row)).map(row => lineOf(row, names, samples))
  return aligned([head, ...lines])
}

function lineOf(row: Row, names: readonly ContenderName[], samples: Samples): string[] {
  const medianFor = (name: ContenderName) => median(samples.get(row)?.get(name) ?? [])
  const ours = medianFor(OURS)
  const cells = names.flatMap(name => {
    const value = medianFor(name)
    return name === OURS ? [shown(value)] : [shown(value), shown(ratioOf(row, ours, value))]
  })
  return [row.name, row.unit, ...cells]
}

/** Above 1 where we are better; two that need nothing are equal. */
function ratioOf({ better }: Row, ours: number | null, theirs: number | null): number | null {
  if (ours === null || theirs === null) return null
  if (ours === theirs) return 1
  // What is measured as a difference may come out below nothing, and is no measure then.
  if (ours < 0 || theirs < 0) return null
  return better === 'more' ? ours / theirs : theirs / ours
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}

/** Three digits, or all of what is before the point. */
function shown(value: number | null): string {
  if (value === null || Number.isNaN(value)) return NOTHING
  if (!Number.isFinite(value)) return '∞'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value === 0 ? '0' : value.toPrecision(value < 1 ? 2 : 3)
}

/** Two columns of words, then numbers, aligned at their ends. */
function aligned(lines: readonly string[][]): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map(cells => cells[column]?.length ?? 0))) ?? []
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return column < 2 ? cell.padEnd(width) : cell.padStart(width)
  }
  return lines.map(cells => cells.map(pad).join('  ').trimEnd()).join('\n')
}

/** Every sample, in the order in which it was measured. */
export function samplesOf(rows: readonly Row[], samples: Samples) {
  return rows
    .filter(row => samples.has(row))
    .map(row => ({ ...row, samples: Object.fromEntries(samples.get(row) ?? []) }))
}
