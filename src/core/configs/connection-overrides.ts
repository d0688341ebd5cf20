/** How many connections single addresses may have (max.connections.per.ip.overrides): `host:count`, with commas. @module */
import { plainSpelling } from '../../base/ip-address.ts'
import { excerpt, isInteger, textToList, textToNumber } from './definition.ts'
import { javaTrim } from './java-text.ts'

const NAME = 'max.connections.per.ip.overrides'
/** Utils.validHostPattern */
const hostPattern = /^[\w.%:-]*$/

/** By address; where Java would look up a name, only the one of this very machine is known. */
export function ipOverridesIn(text: string): ReadonlyMap<string, number> {
  return new Map(
    entriesIn(text).map(([host, count]) => [
      isThisMachine(host) ? '127.0.0.1' : plainSpelling(host),
      textToNumber(count ?? ''),
    ]),
  )
}

/** Why Kafka does not take `text`, in its words, or null. */
export function ipOverridesFault(text: string): string | null {
  const broken = entriesIn(text).find(([, count]) => count === null || !isInteger(count, 32n))
  if (broken)
    return `Error parsing configuration property '${NAME}': ${excerpt(broken.filter(part => part !== null).join(':'))}`
  const strange = entriesIn(text).find(([host]) => !hostPattern.test(host))
  return strange ? `${NAME} contains invalid addresses : ${excerpt(strange[0])}` : null
}

/** The last colon parts an entry, as addresses of IPv6 have others. */
function entriesIn(text: string): (readonly [host: string, count: string | null])[] {
  const entries = textToList(text).filter(entry => entry !== '')
  return entries.map(entry => {
    const colon = entry.lastIndexOf(':')
    return colon < 0 ? [entry, null] : [javaTrim(entry.slice(0, colon)), javaTrim(entry.slice(colon + 1))]
  })
}

function isThisMachine(host: string): boolean {
  return host === '' || host === 'localhost'
}
