/** The log on stderr: one line each, stdout is for answers. @module */
import { type LogLevel, tells } from '../core/configs/log-levels.ts'

export interface Log {
  /** How much is told, requests from DEBUG on; missing where that cannot be changed. */
  level?: LogLevel
  error(line: string): void
  warn(line: string): void
  info(line: string): void
  /**
   * As `warn`, for what a stranger can cause at any rate: of each `kind`, a fixed word, one line a second gets through,
   * with the number of those that did not.
   */
  warnSparingly(kind: string, line: string): void
  /** One decoded request; missing where nobody wants to see them. */
  readonly request?: ((line: () => string) => void) | undefined
}

const SPARING_MS = 1000

interface Kind {
  saidAtMs: number
  droppedCount: number
}

export interface StderrLogOptions {
  /** Tells each request. */
  readonly isVerbose: boolean
  readonly write?: (line: string) => void
  readonly now?: () => number
}

export class StderrLog implements Log {
  request: ((line: () => string) => void) | undefined
  private chosen: LogLevel = 'INFO'
  private readonly kinds = new Map<string, Kind>()
  private readonly write: (line: string) => void
  private readonly now: () => number

  constructor(options: StderrLogOptions) {
    this.write = options.write ?? console.error
    this.now = options.now ?? Date.now
    this.level = options.isVerbose ? 'DEBUG' : 'INFO'
  }

  get level(): LogLevel {
    return this.chosen
  }
  set level(level: LogLevel) {
    this.chosen = level
    this.request = tells(level, 'DEBUG') ? line => this.print('', line()) : undefined
  }

  error(line: string): void {
    if (tells(this.level, 'ERROR')) this.print('ERROR ', line)
  }

  warn(line: string): void {
    if (tells(this.level, 'WARN')) this.print('WARN ', line)
  }

  info(line: string): void {
    if (tells(this.level, 'INFO')) this.print('', line)
  }

  warnSparingly(kind: string, line: string): void {
    const nowMs = this.now()
    const known = this.kinds.get(kind)
    // The clock may be set, in both directions.
    if (known && Math.abs(nowMs - known.saidAtMs) < SPARING_MS) {
      known.droppedCount++
      return
    }
    const dropped = known?.droppedCount ? ` (and ${known.droppedCount} more before it)` : ''
    this.kinds.set(kind, { saidAtMs: nowMs, droppedCount: 0 })
    this.warn(line + dropped)
  }

  private print(level: string, line: string): void {
    this.write(`${new Date(this.now()).toISOString()} ${level}${oneLine(line)}`)
  }
}

/** What strangers sent may stand in a line: it must neither end it nor steer a terminal. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, control => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** An error as one line: what it says, and where it came from if it knows. */
export function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).replace(/\n\s*/g, ' ') : String(error)
}
