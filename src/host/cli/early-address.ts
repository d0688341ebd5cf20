/** Where to listen, as far as can be told before the rest of the program is there. @module */
import { DEFAULT_PORT, type Environment, LOCALHOST, type Settings, UsageError } from '../config.ts'
import type { Address } from '../listen.ts'
import { configFlag, overrideFlag } from './flags.ts'
import { parseArguments, parseEnvironment } from './parse.ts'

/**
 * The address that a broker with these arguments and variables will listen on; null where Kafka's configs have a say, or
 * there is to be no broker. Complaints are left to those who read all of it.
 */
export function earlyAddress(args: readonly string[], environment: Environment): Address | null {
  try {
    const { command, given } = parseArguments(args)
    const all = [...parseEnvironment(environment), ...given]
    const isKafkas = all.some(({ flag }) => flag === configFlag || flag === overrideFlag)
    if (command !== 'serve' || isKafkas || Object.keys(environment).some(isKafkaVariable)) return null
    let settings: Pick<Settings, 'host' | 'port'> = { host: LOCALHOST, port: DEFAULT_PORT }
    for (const { flag, text, as } of all) if (flag.isAddress) settings = { ...settings, ...flag.read?.(text, as) }
    return settings
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}

function isKafkaVariable(name: string): boolean {
  return name.startsWith('KAFKA_')
}
