/** From arguments to what is wanted. @module */
import { nearestName } from '../../core/configs/nearest.ts'
import { DEFAULT_PORT, defaultDataDirectory, LOCALHOST, type Settings } from '../config.ts'
import { type Draft, type Flag, flags, helpFlag, UsageError, versionFlag } from './flags.ts'

export type Wish =
  | { readonly kind: 'serve'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }

/** `args` without the program's name. @throws UsageError */
export function parseArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
): Wish {
  const draft: Draft = {
    port: DEFAULT_PORT,
    host: LOCALHOST,
    dataDirectory: defaultDataDirectory(environment, platform) ?? '',
    isStrictReplication: false,
    isVerbose: false,
    overrides: new Map(),
  }
  const rest = args.values()
  for (const arg of rest) {
    const { name, value } = splitArgument(arg)
    const flag = flagNamed(name)
    if (flag.placeholder === undefined && value !== null) throw new UsageError(`${name} takes no value`)
    if (flag === helpFlag) return { kind: 'help' }
    if (flag === versionFlag) return { kind: 'version' }
    flag.apply?.(draft, flag.placeholder === undefined ? '' : (value ?? valueAfter(name, flag.placeholder, rest)))
  }
  if (draft.dataDirectory === '') throw new UsageError('--data-dir is missing, and HOME is not set')
  return { kind: 'serve', settings: draft }
}

/** `--flag=value` or a bare flag. */
function splitArgument(arg: string): { name: string; value: string | null } {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1
  return equals < 0 ? { name: arg, value: null } : { name: arg.slice(0, equals), value: arg.slice(equals + 1) }
}

function flagNamed(name: string): Flag {
  const flag = flags.find(({ names }) => names.includes(name))
  if (flag) return flag
  if (!name.startsWith('-')) throw new UsageError(`unexpected argument '${name}'; see --help`)
  const nearest = nearestName(
    name,
    flags.flatMap(({ names }) => names),
  )
  throw new UsageError(`unknown flag '${name}'; ${nearest ? `did you mean '${nearest}'?` : 'see --help'}`)
}

function valueAfter(name: string, placeholder: string, rest: Iterator<string>): string {
  const { value, done } = rest.next()
  if (done) throw new UsageError(`${name} wants a value: ${name} ${placeholder}`)
  return value
}
