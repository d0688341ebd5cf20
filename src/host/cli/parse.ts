/** From arguments and variables to the values that are given. @module */
import { nearestName } from '../../core/configs/nearest.ts'
import { type Environment, UsageError } from '../config.ts'
import { type Flag, flags, helpFlag, variableOf, versionFlag } from './flags.ts'

export type Command = 'serve' | 'config' | 'help' | 'version'

/** A value for a flag, as it was given. */
export interface Given {
  readonly flag: Flag
  readonly text: string
  /** How it was given: `--port` or `STRIKEMQ_PORT`. */
  readonly as: string
}

export interface CommandLine {
  readonly command: Command
  readonly given: readonly Given[]
}

const COMMANDS = ['serve', 'config', 'help', 'version'] as const

// The port is bound behind this. What most starts run is written as loops: what takes functions the runtime first compiles.

/** `args` without the program's name. Throws UsageError. */
export function parseArguments(args: readonly string[]): CommandLine {
  const first = args[0] ?? ''
  const command = first === '' || first.startsWith('-') ? null : commandNamed(first)
  const given: Given[] = []
  for (let at = command === null ? 0 : 1; at < args.length; at++) {
    const { name, value } = splitArgument(args[at] ?? '')
    const flag = flagNamed(name)
    if (flag === helpFlag) return { command: 'help', given: [] }
    if (flag === versionFlag) return { command: 'version', given: [] }
    const text = value ?? (flag.placeholder === undefined ? 'true' : args[++at])
    if (text === undefined) throw new UsageError(`${name} wants a value: ${name} ${flag.placeholder}`)
    given.push({ flag, text, as: name })
  }
  return { command: command ?? 'serve', given }
}

/** `--flag=value` or a bare flag. */
function splitArgument(arg: string): { name: string; value: string | null } {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1
  return equals < 0 ? { name: arg, value: null } : { name: arg.slice(0, equals), value: arg.slice(equals + 1) }
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find(candidate => candidate === name)
  if (command) return command
  const nearest = nearestName(name, COMMANDS)
  throw new UsageError(`unexpected argument '${name}'; ${nearest ? `did you mean '${nearest}'?` : 'see --help'}`)
}

function flagNamed(name: string): Flag {
  for (const flag of flags) if (flag.names.includes(name)) return flag
  if (!name.startsWith('-')) throw new UsageError(`unexpected argument '${name}'; see --help`)
  const nearest = nearestName(
    name,
    flags.flatMap(({ names }) => names),
  )
  throw new UsageError(`unknown flag '${name}'; ${nearest ? `did you mean '${nearest}'?` : 'see --help'}`)
}

/** The values of STRIKEMQ_* variables; empty ones are as good as none. Throws UsageError at a variable that is not known. */
export function parseEnvironment(environment: Environment): Given[] {
  const given: Given[] = []
  for (const name in environment) {
    if (!name.startsWith('STRIKEMQ_')) continue
    const text = environment[name]
    if (text && !isForeign(name, text)) given.push({ flag: flagOfVariable(name), text, as: name })
  }
  return given
}

/**
 * Others' variables under our prefix: the one that names the program to those who start it, and what Kubernetes tells of
 * a service called strikemq.
 */
function isForeign(name: string, text: string): boolean {
  return (
    /^STRIKEMQ_(?:BINARY$|SERVICE_|PORT_\d+_)/.test(name) ||
    (name === 'STRIKEMQ_PORT' && /^(?:tcp|udp):\/\//.test(text))
  )
}

function flagOfVariable(name: string): Flag {
  const flag = flags.find(candidate => variableOf(candidate) === name)
  if (flag) return flag
  const variables = flags.flatMap(candidate => variableOf(candidate) ?? [])
  const nearest = nearestName(name, variables)
  throw new UsageError(`unknown variable '${name}'; ${nearest ? `did you mean '${nearest}'?` : 'see --help'}`)
}
