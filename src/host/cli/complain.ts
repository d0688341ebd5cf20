/** What keeps a command from being done is said in one line, whatever was typed. @module */
import { oneLine } from '../log.ts'

export function complain(message: string): void {
  console.error(`strikemq: ${oneLine(message)}`)
}
