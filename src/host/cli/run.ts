/** The command line: does what the arguments ask for. @module */
import { readFileSync } from 'node:fs'
import { ConfigError } from '../../core/configs/broker-configs.ts'
import { type Environment, UsageError } from '../config.ts'
import type { Lobby } from '../lobby.ts'
import { removeStaleReadyFile } from '../ready.ts'
import { serve } from '../serve.ts'
import { keptNodeId } from '../storage.ts'
import { version } from '../version.ts'
import { complain } from './complain.ts'
import { helpText } from './help.ts'
import { parseArguments } from './parse.ts'
import { type Resolved, resolveSettings } from './resolve.ts'
import { configText } from './show-config.ts'

const USAGE_EXIT_CODE = 2
const READY_FILE = '--ready-file'

/** `args` without the program's name; `lobby` is where clients wait already. */
export async function run(args: readonly string[], lobby: Lobby | null): Promise<void> {
  try {
    const { command, given } = parseArguments(args)
    if (command === 'version') console.log(`strikemq ${version}`)
    else if (command === 'help') console.log(helpText())
    else {
      const world = { environment: process.env, platform: process.platform, readText }
      await perform(command, resolveSettings(given, world), lobby)
    }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error
    const readyFile = args[0] === 'config' ? null : readyFileIn(args, process.env)
    if (readyFile !== null) removeStaleReadyFile(readyFile)
    complain(error.message)
    process.exit(USAGE_EXIT_CODE)
  }
}

async function perform(command: 'serve' | 'config', resolved: Resolved, lobby: Lobby | null): Promise<void> {
  if (command === 'serve') await serve(resolved.settings, lobby)
  else console.log(configText(resolved, keptNodeId(resolved.settings)))
}

/** The ready file that is asked for, however wrong the rest is; null where there is none. */
function readyFileIn(args: readonly string[], environment: Environment): string | null {
  let path = environment.STRIKEMQ_READY_FILE
  for (const [at, arg] of args.entries()) {
    if (arg === READY_FILE) path = args[at + 1]
    else if (arg.startsWith(`${READY_FILE}=`)) path = arg.slice(READY_FILE.length + 1)
  }
  return path || null
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
