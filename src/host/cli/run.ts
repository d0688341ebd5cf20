/** The command line: does what the arguments ask for. @module */
import { serve } from '../serve.ts'
import { version } from '../version.ts'
import { UsageError } from './flags.ts'
import { helpText } from './help.ts'
import { parseArguments, type Wish } from './parse.ts'

const USAGE_EXIT_CODE = 2

/** `args` without the program's name. */
export function run(args: readonly string[]): void {
  const wish = wishOf(args)
  if (wish?.kind === 'serve') serve(wish.settings)
  else if (wish?.kind === 'version') console.log(`strikemq ${version}`)
  else if (wish?.kind === 'help') console.log(helpText())
}

function wishOf(args: readonly string[]): Wish | null {
  try {
    return parseArguments(args, process.env, process.platform)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`strikemq: ${error.message}`)
    process.exitCode = USAGE_EXIT_CODE
    return null
  }
}
