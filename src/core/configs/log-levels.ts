/** How much a broker tells of itself, which can change while it runs (KIP-412, LogLevelConfig). @module */

/** In Kafka's words; the more severe first. */
export const logLevels = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const

export type LogLevel = (typeof logLevels)[number]

/** The one logger there is. */
export const ROOT_LOGGER = 'root'

export function isLogLevel(text: string): text is LogLevel {
  return logLevels.some(level => level === text)
}

/** Whether a log at `level` tells what happens at `event`. */
export function tells(level: LogLevel, event: LogLevel): boolean {
  return logLevels.indexOf(event) <= logLevels.indexOf(level)
}
