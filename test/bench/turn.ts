/** One contender's turn in one round: what the rows measure with, and where they put what they find. @module */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../conformance/commands.ts'
import type { Contender, ContenderName } from './contenders.ts'
import type { Jobs, Kind } from './jobs.ts'
import { nextPort } from './ports.ts'
import { Running, type StartOptions } from './running.ts'

export interface Row {
  /** Unique. */
  readonly name: string
  readonly unit: string
  readonly better: 'more' | 'less'
}

/** Rows that are measured together. */
export interface Family {
  readonly rows: readonly Row[]
  measure(turn: Turn): Promise<void>
}

/** Rows that are measured, in their order, on one broker that all of them wear. */
export interface Work {
  readonly rows: readonly Row[]
  measure(turn: Turn, broker: Running): Promise<void>
}

export interface Options {
  readonly roundCount: number
  /** 1 is the whole work. */
  readonly scale: number
  readonly only: RegExp
  /** Waits longer where nothing should happen. */
  readonly isSlow: boolean
  /** The client in C, as a cross-check. */
  readonly rawbench: string | null
  /** Data lies here; removed at the end. */
  readonly directory: string
}

/** What was measured, by row and contender. */
export type Samples = Map<Row, Map<ContenderName, number[]>>

const clientProgram = join(import.meta.dir, 'load.ts')

export class Turn {
  private directoryCount = 0

  constructor(
    readonly contender: Contender,
    readonly options: Options,
    private readonly samples: Samples,
    /** Takes a line about what went wrong. */
    readonly say: (line: string) => void,
  ) {}

  /** Whether one of `rows` is asked for. */
  wants(rows: readonly Row[]): boolean {
    return rows.some(({ name }) => this.options.only.test(name))
  }

  /** Takes samples of `row`, if it is asked for. */
  record(row: Row, ...values: readonly number[]): void {
    if (!this.wants([row])) return
    const byContender = this.samples.getOrInsertComputed(row, () => new Map())
    byContender.set(this.contender.name, [...(byContender.get(this.contender.name) ?? []), ...values])
  }

  /** The part of `count` that the scale asks for, `least` at least. */
  scaled(count: number, least = 1): number {
    return Math.max(Math.round(count * this.options.scale), least)
  }

  /** Seconds to wait for what should not happen. */
  idleSeconds(): number {
    return this.options.isSlow ? 60 : this.scaled(10)
  }

  /** A new, empty directory. */
  newDirectory(): string {
    const path = join(this.options.directory, this.contender.name, String(this.directoryCount++))
    mkdirSync(path, { recursive: true })
    return path
  }

  /** Starts the contender, on a new directory unless one is given, and waits until it is ready. */
  start(options: Partial<StartOptions> = {}): Promise<Running> {
    const { directory = this.newDirectory(), configs = [], question = 'Metadata' } = options
    return Running.start(this.contender, nextPort(), { directory, configs, question })
  }

  /** Has the load client, in a process of its own, do one job. */
  async load<K extends Kind>(kind: K, job: Jobs[K]['job']): Promise<Jobs[K]['result']> {
    return JSON.parse(await outputOf([process.execPath, clientProgram, kind, JSON.stringify(job)]))
  }

  /** Does `measure`; where it fails, its rows have no sample, and the reason is said. */
  async attempt({ rows }: { readonly rows: readonly Row[] }, measure: () => Promise<void>): Promise<void> {
    if (!this.wants(rows)) return
    try {
      await measure()
    } catch (error) {
      const reason = reasonOf(error)
      this.say(`${this.contender.name}: ${rows[0]?.name}: ${reason}`)
    }
  }

  /** Removes what was written. */
  [Symbol.dispose](): void {
    rmSync(join(this.options.directory, this.contender.name), { recursive: true, force: true })
  }
}

/** What the load client says, without what is said of the client; or else the error itself. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /error: (.+)/.exec(message)?.[1]?.trim() ?? message
}
