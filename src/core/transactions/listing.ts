/** What ListTransactions asks for: checked once, and asked of every partition. @module */
import { fullMatcher } from '../../base/re2.ts'
import type { ListTransactions } from './commands.ts'
import { fleetingNames, statusNames } from './status.ts'

/** As the door has it: what its version lacks lets all through. */
export interface ListTransactionsRequest {
  readonly stateFilters: readonly string[]
  readonly producerIdFilters: readonly number[]
  /** In ms; below 0 lets all through. */
  readonly durationFilter: number
  /** RE2, to match the whole transactional id; null and '' let all through. */
  readonly transactionalIdPattern: string | null
}

/** The command for every partition, or null for INVALID_REGULAR_EXPRESSION. */
export function listing(request: ListTransactionsRequest): ListTransactions | null {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  const filters = { type: 'listTransactions', stateFilters, producerIdFilters, durationFilter } as const
  if (!transactionalIdPattern) return { ...filters, matcher: null }
  const matcher = fullMatcher(transactionalIdPattern)
  return matcher && { ...filters, matcher }
}

const knownNames: ReadonlySet<string> = new Set([...statusNames, ...fleetingNames])

/** Those of the names that are no states. */
export function unknownStates(stateFilters: readonly string[]): string[] {
  return [...new Set(stateFilters)].filter(name => !knownNames.has(name))
}
