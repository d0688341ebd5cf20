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
    const all = [...parseEnvironment(environment), ...given]
    const isKafkas = all.some(({ flag }) => flag === configFlag || flag === overrideFlag)
    if (command !== 'serve' || isKafkas || Object.keys(environment).some(isKafkaVariable)) return null
    const dataDirectory = defaultDataDirectory(environment, platform) ?? ''
    let settings: EarlySettings = { host: LOCALHOST, port: DEFAULT_PORT, dataDirectory, isEphemeral: false }
    for (const { flag, text, as } of all) if (flag.isEarly) settings = { ...settings, ...flag.read?.(text, as) }
    return settings
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

function isKafkaVariable(name: string): boolean {
  return name.startsWith('KAFKA_')
}
