/**
 * A small network inside this machine, as Docker makes one: a bridge with a container and a second host on it, a gateway
 * that translates addresses for published ports, and somebody outside.
 * @module
 */

/** Each is a namespace of its own. */
export type Place = 'gateway' | 'container' | 'neighbour' | 'outside'

const PLACES: readonly Place[] = ['gateway', 'container', 'neighbour', 'outside']

export const CONTAINER = '172.30.0.2'
export const CONTAINER_6 = 'fd30::2'
/** The gateway as the container sees it, and as the outside does. */
export const GATEWAY_INSIDE = '172.30.0.1'
export const GATEWAY_OUTSIDE = '192.168.77.1'

export class Namespaces implements Disposable {
  /** Tests that run beside this one have their own. */
  private readonly prefix = `strikemq${process.pid}-`

  /** What keeps this machine from having such a network, or null. */
  static missing(): string | null {
    if (process.platform !== 'linux') return 'there are no network namespaces'
    if (process.getuid?.() !== 0) return 'only root can make network namespaces'
    for (const command of ['ip', 'iptables', 'sysctl']) if (!Bun.which(command)) return `${command} is not there`
    const name = `strikemq${process.pid}-try`
    const isMade = run(['ip', 'netns', 'add', name]).success
    const translates = isMade && run(['ip', 'netns', 'exec', name, 'iptables', '-t', 'nat', '-L']).success
    if (isMade) run(['ip', 'netns', 'del', name])
    return translates ? null : 'this system gives no network namespaces, or no translation of addresses in them'
  }

  constructor() {
    try {
      this.build()
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  /** A command line that runs in `place` what is put after it. */
  in(place: Place): string[] {
    return ['ip', 'netns', 'exec', this.nameOf(place)]
  }

  /** What comes to `outerPort` of the gateway goes to `innerPort` of the container, as with `docker run -p`. */
  publish(outerPort: number, innerPort: number): void {
    const translation = ['-j', 'DNAT', '--to-destination', `${CONTAINER}:${innerPort}`]
    const matching = ['-p', 'tcp', '--dport', String(outerPort), '-m', 'addrtype', '--dst-type', 'LOCAL']
    for (const chain of ['PREROUTING', 'OUTPUT']) {
      this.must('gateway', 'iptables', '-t', 'nat', '-A', chain, ...matching, ...translation)
    }
  }

  [Symbol.dispose](): void {
    for (const place of PLACES) run(['ip', 'netns', 'del', this.nameOf(place)])
  }

  private build(): void {
    for (const place of PLACES) {
      this.mustRun('ip', 'netns', 'add', this.nameOf(place))
      // Addresses of IPv6 are usable at once: nobody else has them.
      this.must(place, 'sysctl', '-qw', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.all.disable_ipv6=0')
      this.must(place, 'ip', 'link', 'set', 'lo', 'up')
    }
    this.must('gateway', 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
    this.address('gateway', 'bridge', `${GATEWAY_INSIDE}/24`, 'fd30::1/64')
    for (const place of ['container', 'neighbour'] as const) {
      this.cable(place, place)
      this.must('gateway', 'ip', 'link', 'set', place, 'master', 'bridge')
      this.must('gateway', 'ip', 'link', 'set', place, 'up')
    }
    this.address('container', 'eth0', `${CONTAINER}/24`, `${CONTAINER_6}/64`)
    this.address('neighbour', 'eth0', '172.30.0.3/24', 'fd30::3/64')
    this.cable('outside', 'outside')
    this.address('gateway', 'outside', `${GATEWAY_OUTSIDE}/24`)
    this.address('outside', 'eth0', '192.168.77.2/24')
    for (const place of ['container', 'neighbour'] as const) {
      this.must(place, 'ip', 'route', 'add', 'default', 'via', GATEWAY_INSIDE)
      this.must(place, 'ip', '-6', 'route', 'add', 'default', 'via', 'fd30::1')
    }
    this.translate()
  }

  /** What goes to the container over the gateway's own loopback comes from the gateway's address on the bridge. */
  private translate(): void {
    this.must('gateway', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.route_localnet=1')
    const masquerade = (source: string, ...way: readonly string[]) => {
      const rule = ['-s', source, ...way, '-j', 'MASQUERADE']
      this.must('gateway', 'iptables', '-t', 'nat', '-A', 'POSTROUTING', ...rule)
    }
    masquerade('127.0.0.0/8', '-o', 'bridge')
    masquerade(`${CONTAINER}/24`, '!', '-o', 'bridge')
  }

  /** From `eth0` in `place` to `port` in the gateway. */
  private cable(place: Place, port: string): void {
    const [near, far] = [this.nameOf(place), this.nameOf('gateway')]
    this.mustRun('ip', '-n', near, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', port, 'netns', far)
  }

  private address(place: Place, device: string, ...addresses: string[]): void {
    for (const address of addresses) this.must(place, 'ip', 'address', 'add', address, 'dev', device)
    this.must(place, 'ip', 'link', 'set', device, 'up')
  }

  private nameOf(place: Place): string {
    return this.prefix + place
  }

  private must(place: Place, ...command: string[]): void {
    this.mustRun(...this.in(place), ...command)
  }

  private mustRun(...command: string[]): void {
    const { success, stderr } = run(command)
    if (!success) throw new Error(`${command.join(' ')}: ${stderr}`)
  }
}

function run(command: string[]) {
  return Bun.spawnSync(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
}
