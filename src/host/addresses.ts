/**
 * Which address a client is told, so that it comes back by the way it came. Without any configuration this is right on
 * one machine, in a network, and behind the published port of a container.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The two ends of a connection. */
export interface Ends {
  /** The address that the client reached, after any translation of addresses. */
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
}

/** The address of a client that reset the connection before it was received: the system has what it sent, and forgot it. */
const UNKNOWN = 'unknown'

/** Null where the socket is closed already. */
export function endsOf(socket: Partial<Ends>): Ends | null {
  const { localAddress, localPort, remoteAddress = UNKNOWN, remotePort = 0 } = socket
  if (localAddress === undefined || localPort === undefined) return null
  return { localAddress: plainAddress(localAddress), localPort, remoteAddress: plainAddress(remoteAddress), remotePort }
}

/** What of the world decides. Both are asked only for clients that do not come over loopback. */
export interface Network {
  /** Whether this process lives in a container, behind a gateway that translates addresses. */
  isContainer(): boolean
  /** The gateways of the default routes, as text. */
  defaultGateways(): readonly string[]
}

export interface Listening {
  /** What to tell everybody, where the operator has said so. */
  readonly advertised: Endpoint | null
  /** The address that is listened on, or one that stands for several. */
  readonly host: string
}

/** The address for Metadata, DescribeCluster and FindCoordinator of one connection. */
export function endpointFor(ends: Ends, { advertised, host }: Listening, network: Network): Endpoint {
  return advertised ?? { host: hostFor(ends, host, network), port: ends.localPort }
}

function hostFor({ localAddress: local, remoteAddress }: Ends, listened: string, network: Network): string {
  // Whoever listens on all of 127.0.0.0/8 is found under its first address, which clients in every language can reach.
  if (isLoopback4(local)) return isLoopback4(listened) ? local : '127.0.0.1'
  if (local === '::1') return 'localhost'
  return network.isContainer() && isGateway(remoteAddress, network) ? 'localhost' : local
}

/**
 * What comes from the gateway came through a published port: the client is on the machine that runs the container, and
 * knows this broker as localhost.
 */
function isGateway(remote: string, network: Network): boolean {
  return network.defaultGateways().includes(remote)
}

function isLoopback4(address: string): boolean {
  return address.startsWith('127.')
}

/** IPv4 addresses look like IPv6 ones on a socket that takes both. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

/** Docker and Podman each leave a file. */
const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv']
/** What control groups of version 1 are called in a container. */
const CONTAINER_GROUPS = /\/(?:docker|containerd|libpod|lxc|kubepods|buildkit)\b/

/**
 * The network of this process. A container is known by its files, by the variable `container` (podman, lxc, systemd-nspawn)
 * and by its control group. Routes are read each time, since a container may join networks while it runs.
 */
export class SystemNetwork implements Network {
  private isContained: boolean | null = null

  constructor(
    private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
    private readonly read: (path: string) => string = textOrNothing,
    private readonly exists: (path: string) => boolean = existsSync,
  ) {}

  isContainer(): boolean {
    this.isContained ??=
      !!this.environment.container ||
      CONTAINER_FILES.some(this.exists) ||
      CONTAINER_GROUPS.test(this.read('/proc/1/cgroup'))
    return this.isContained
  }

  defaultGateways(): readonly string[] {
    return [...gateways4(this.read('/proc/net/route')), ...gateways6(this.read('/proc/net/ipv6_route'))]
  }
}

/** Where the system has no such file, there is no such thing either. */
function textOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const NO_ADDRESS_4 = '0'.repeat(8)
const NO_ADDRESS_6 = '0'.repeat(32)

/** From /proc/net/route: interface, destination, gateway, …, mask in the eighth column; numbers in the machine's order. */
export function gateways4(routes: string): string[] {
  return routes.split('\n').flatMap(line => {
    const [, destination, gateway = '', , , , , mask] = line.split('\t')
    if (destination !== NO_ADDRESS_4 || mask?.trim() !== NO_ADDRESS_4 || gateway === NO_ADDRESS_4) return []
    return [Buffer.from(gateway, 'hex').reverse().join('.')]
  })
}

/** From /proc/net/ipv6_route: destination, prefix length, source, prefix length, next hop, … */
export function gateways6(routes: string): string[] {
  return routes.split('\n').flatMap(line => {
    const [destination, prefixLength, , , nextHop = ''] = line.split(' ')
    if (destination !== NO_ADDRESS_6 || prefixLength !== '00' || nextHop === NO_ADDRESS_6) return []
    // The parser of addresses writes them as sockets do: shortened.
    const groups = nextHop.match(/.{4}/g) ?? []
    return [new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)]
  })
}
