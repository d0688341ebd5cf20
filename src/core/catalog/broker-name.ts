/** The name under which a client means a broker: its id. @module */
import { excerpt } from '../configs/definition.ts'

/**
 * Why the broker `nodeId` does not answer for the one of that name, or null: each answers for itself alone.
 * `alternative` is what else the name could have been.
 */
export function brokerNameFault(name: string, nodeId: number, alternative = ''): string | null {
  if (!/^[+-]?\d+$/.test(name)) return `Broker id must be an integer, but it is: ${excerpt(name)}`
  if (Number(name) === nodeId) return null
  return `Unexpected broker id, expected ${nodeId}${alternative}, but received ${excerpt(name)}`
}
