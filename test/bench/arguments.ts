/** The command line of the bench. @module */
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { CONTENDER_NAMES, type ContenderName } from './contenders.ts'

export const USAGE = `bun run bench [--rounds 5] [--scale 1] [--only REGEX] [--against bare,kfake,kafka]
              [--slow] [--rawbench] [--dir DIRECTORY] [--json FILE]
  --rounds    how often all contenders take their turns
  --scale     the part of the work that is done: 0.02 for a try
  --only      only rows whose name matches
  --against   whom StrikeMQ is compared with
  --slow      idle for 60 s instead of 10 s; memory also 30 s after the work
  --rawbench  the rows of the client in C too, as a cross-check
  --dir       where data is written, the directory for temporary files by default
  --json      a file for all samples`

export interface Arguments {
  readonly roundCount: number
  readonly scale: number
  readonly only: RegExp
  readonly against: readonly ContenderName[]
  readonly isSlow: boolean
  readonly isRawbench: boolean
  readonly directory: string
  readonly jsonFile: string | null
}

/** Null where help is asked for. Throws for what it does not understand. */
export function parseArguments(args: readonly string[]): Arguments | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      against: { type: 'string', default: 'bare,kfake,kafka' },
      slow: { type: 'boolean', default: false },
      rawbench: { type: 'boolean', default: false },
      dir: { type: 'string', default: tmpdir() },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    roundCount: Math.ceil(positive('--rounds', values.rounds)),
    scale: positive('--scale', values.scale),
    only: new RegExp(values.only),
    against: values.against.split(',').filter(Boolean).map(contenderName),
    isSlow: values.slow,
    isRawbench: values.rawbench,
    directory: values.dir,
    jsonFile: values.json ?? null,
  }
}

function positive(flag: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new Error(`${flag} wants a number above 0, not '${text}'`)
  return value
}

function contenderName(text: string): ContenderName {
  const name = CONTENDER_NAMES.find(each => each === text)
  if (!name) throw new Error(`--against knows ${CONTENDER_NAMES.join(', ')}, not '${text}'`)
  return name
}
