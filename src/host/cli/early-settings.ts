/** What can be told of the settings before the rest of the program is there. @module */
import {
  DEFAULT_PORT,
  defaultDataDirectory,
  type EarlySettings,
  type Environment,
  LOCALHOST,
  UsageError,
} from '../config.ts'
import { configFlag, overrideFlag } from './flags.ts'
import { parseArguments, parseEnvironment } from './parse.ts'

/**
 * The settings that a broker with these arguments and variables will have; null where Kafka's configs have a say, or there
 * is to be no broker. Complaints are left to those who read all of it.
 */
export function earlySettings(
  args: readonly string[],
  environment: Environment,
  platform: string = process.platform,
): EarlySettings | null {
  try {
    const { command, given } = parseArguments(args)
    if (command !== 'serve') return null
    for (const name in environment) if (name.startsWith('KAFKA_')) return null
    const dataDirectory = defaultDataDirectory(environment, platform) ?? ''
    let settings: EarlySettings = { host: LOCALHOST, port: DEFAULT_PORT, dataDirectory, isEphemeral: false }
    for (const { flag, text, as } of [...parseEnvironment(environment), ...given]) {
      if (flag === configFlag || flag === overrideFlag) return null
      if (flag.isEarly) settings = { ...settings, ...flag.read?.(text, as) }
    }
    return settings
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}
