/** Addresses of IP as text. @module */

const MAX_PART = 255
const MAX_PART_COUNT = 4
const GROUP_COUNT = 8
const GROUP = /^[\da-fA-F]{1,4}$/

/** Whether Java would take `text` for an address without looking it up: IPv6 may stand in brackets, IPv4 be short. */
export function isIpAddress(text: string): boolean {
  return isIpv4(text) || isIpv6(/^\[(.*)\]$/.exec(text)?.[1] ?? text)
}

/** The one spelling of an address that sockets show: of IPv6 in lower case, with its longest run of zeros left out. */
export function plainSpelling(address: string): string {
  return address.includes(':') && isIpAddress(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/** In a short form the last part stands for those that are left out: 127.1. */
function isIpv4(text: string): boolean {
  const parts = text.split('.')
  if (parts.length > MAX_PART_COUNT || !parts.every(part => /^\d{1,10}$/.test(part))) return false
  const [last = 0, ...others] = parts.map(Number).toReversed()
  return others.every(part => part <= MAX_PART) && last < (MAX_PART + 1) ** (MAX_PART_COUNT - others.length)
}

/** RFC 4291: eight groups, of which a run of zeros may be left out once; the last two may be an address of IPv4. */
function isIpv6(text: string): boolean {
  const lastColon = text.lastIndexOf(':')
  const tail = text.slice(lastColon + 1)
  if (lastColon >= 0 && tail.includes('.') && isIpv4(tail)) return isIpv6(`${text.slice(0, lastColon)}:0:0`)
  const halves = text.split('::')
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')))
  if (!groups.every(group => GROUP.test(group))) return false
  return halves.length === 1 ? groups.length === GROUP_COUNT : halves.length === 2 && groups.length < GROUP_COUNT
}
