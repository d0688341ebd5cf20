/** What REST has of the broker: the doors, which it asks as every client does. @module */
import type { LocalClient } from '../../broker/local-client.ts'

export type Doors = Pick<LocalClient, 'call'>

/** Takes an answer as it is: for those without byte views, which are good for the turn alone. */
export function whole<T>(answer: T): T {
  return answer
}
