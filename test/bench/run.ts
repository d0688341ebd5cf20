/** Did we get slower? `bun run bench` measures StrikeMQ and others in turns, and prints one table. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Arguments, parseArguments, USAGE } from './arguments.ts'
import { rawbench } from './build.ts'
import { type Contender, type ContenderName, findContender } from './contenders.ts'
import { firstRecord } from './rows/first-record.ts'
import { idle } from './rows/idle.ts'
import { kept } from './rows/kept.ts'
import { manyGroups } from './rows/many-groups.ts'
import { start } from './rows/start.ts'
import { transactions } from './rows/transactions.ts'
import { work } from './rows/work.ts'
import { killAll } from './running.ts'
import { samplesOf, tableOf } from './table.ts'
import { type Options, type Samples, Turn } from './turn.ts'

const USAGE_EXIT_CODE = 2
const INTERRUPTED_EXIT_CODE = 130

const families = [start, manyGroups, idle, kept, work, firstRecord, transactions]
const rows = families.flatMap(family => family.rows)

async function main(args: Arguments): Promise<void> {
  const { contenders, leftOut } = await findContenders(['strikemq', ...args.against])
  const options = await optionsOf(args)
  stopOnSignals(options.directory)
  const samples: Samples = new Map()
  try {
    for (let round = 0; round < options.roundCount; round++) {
      for (const contender of rotated(contenders, round)) {
        say(`round ${round + 1} of ${options.roundCount}: ${contender.name}`)
        await takeTurn(contender, options, samples)
      }
    }
  } finally {
    cleanUp(options.directory)
  }
  const names = contenders.map(({ name }) => name)
  console.log([headingOf(options), tableOf(rows, names, samples), ...leftOut].join('\n\n'))
  if (args.jsonFile) writeFileSync(args.jsonFile, jsonOf(options, samples))
}

/** Those that can be measured here, and lines about those that cannot. */
async function findContenders(names: readonly ContenderName[]) {
  const contenders: Contender[] = []
  const leftOut: string[] = []
  for (const name of new Set(names)) {
    const found = await findContender(name, say)
    if ('reason' in found) leftOut.push(`${name} is left out: ${found.reason}`)
    else contenders.push(found)
  }
  return { contenders, leftOut }
}

async function optionsOf(args: Arguments): Promise<Options> {
  const { roundCount, scale, only, isSlow } = args
  const directory = mkdtempSync(join(args.directory, 'strikemq-bench-'))
  return { roundCount, scale, only, isSlow, directory, rawbench: args.isRawbench ? await rawbench() : null }
}

async function takeTurn(contender: Contender, options: Options, samples: Samples): Promise<void> {
  using turn = new Turn(contender, options, samples, say)
  for (const family of families) await turn.attempt(family, () => family.measure(turn))
}

/** Each round begins with another, so that what one leaves to the next falls on all alike. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const first = by % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

function headingOf({ roundCount, scale }: Options): string {
  return (
    `Medians of ${roundCount} interleaved rounds at scale ${scale}.\n` +
    '×: against StrikeMQ, above 1 where StrikeMQ is better (ours / theirs; theirs / ours where less is better).'
  )
}

function jsonOf({ roundCount, scale, isSlow }: Options, samples: Samples): string {
  const machine = { platform: process.platform, arch: process.arch, bun: Bun.version }
  return `${JSON.stringify({ roundCount, scale, isSlow, ...machine, rows: samplesOf(rows, samples) }, null, 2)}\n`
}

function stopOnSignals(directory: string): void {
  const stop = () => {
    cleanUp(directory)
    process.exit(INTERRUPTED_EXIT_CODE)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

function cleanUp(directory: string): void {
  killAll()
  rmSync(directory, { recursive: true, force: true })
}

/** Beside the table, which alone goes to stdout. */
function say(line: string): void {
  console.error(line)
}

function argumentsOrExit(): Arguments {
  try {
    const args = parseArguments(process.argv.slice(2))
    if (args) return args
    console.log(USAGE)
    process.exit(0)
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`)
    process.exit(USAGE_EXIT_CODE)
  }
}

await main(argumentsOrExit())
