/** How many connections single addresses may have (max.connections.per.ip.overrides): `host:count`, with commas. @module */
import { plainSpelling } from '../../base/ip-address.ts'
import { excerpt, textToList } from './definition.ts'

const NAME = 'max.connections.per.ip.overrides'
/** Utils.validHostPattern */
const hostPattern = /^[\w.%:-]*$/
const MAX_COUNT = 2 ** 31

/** By address; where Java would look up a name, only the one of this very machine is known. */
export function ipOverridesIn(text: string): ReadonlyMap<string, number> {
  return new Map(
    entriesIn(text).map(([host, count]) => [isThisMachine(host) ? '127.0.0.1' : plainSpelling(host), Number(count)]),
  )
}

/** Why Kafka does not take `text`, in its words, or null. */
export function ipOverridesFault(text: string): string | null {
  const broken = entriesIn(text).find(([, count]) => count === null || !isCount(count))
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
    return colon < 0 ? [entry, null] : [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
  })
}

function isCount(text: string): boolean {
  return /^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) < MAX_COUNT
}

function isThisMachine(host: string): boolean {
  return host === '' || host === 'localhost'
}
