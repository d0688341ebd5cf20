/** The command line: does what the arguments ask for. @module */
import { readFileSync } from 'node:fs'
import { UsageError } from '../config.ts'
import { serve } from '../serve.ts'
import { keptNodeId } from '../storage.ts'
import { version } from '../version.ts'
import { helpText } from './help.ts'
import { parseArguments } from './parse.ts'
import { type Resolved, resolveSettings } from './resolve.ts'
import { configText } from './show-config.ts'

const USAGE_EXIT_CODE = 2

/** `args` without the program's name. */
export function run(args: readonly string[]): void {
  try {
    const { command, given } = parseArguments(args)
    if (command === 'version') console.log(`strikemq ${version}`)
    else if (command === 'help') console.log(helpText())
    else perform(command, resolveSettings(given, { environment: process.env, platform: process.platform, readText }))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`strikemq: ${error.message}`)
    process.exitCode = USAGE_EXIT_CODE
  }
}

function perform(command: 'serve' | 'config', resolved: Resolved): void {
  if (command === 'serve') serve(resolved.settings)
  else console.log(configText(resolved, keptNodeId(resolved.settings)))
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
