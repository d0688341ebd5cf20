/** Whom a request over loopback may be meant for. @module */

/** Names under these belong to nobody on the Internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|test|home\.arpa)$/
const ADDRESS = /^(?:\[[\da-f:.]+\]|\d+\.\d+\.\d+\.\d+)$/

/**
 * Whether `host`, as the header has it, can be what this machine is called. A web page whose name was made to point to
 * 127.0.0.1 (DNS rebinding) could otherwise read and write here as its own site; it comes under its public name.
 */
export function isOwnHost(host: string, advertisedHost: string | null): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  return ADDRESS.test(name) || !name.includes('.') || PRIVATE_NAME.test(name) || name === advertisedHost?.toLowerCase()
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
