import { expect, test } from 'bun:test'
import { endpointFor, endsOf, gateways4, gateways6, type Network, SystemNetwork } from '../../src/host/addresses.ts'

/** A view of the network that must not be asked. */
const unseen: Network = {
  isContainer() {
    throw new Error('nobody needs to know')
  },
  defaultGateways() {
    throw new Error('nobody needs to know')
  },
}
const plainMachine: Network = { isContainer: () => false, defaultGateways: unseen.defaultGateways }
const container: Network = { isContainer: () => true, defaultGateways: () => ['172.17.0.1', 'fd00::1'] }

function ends(remoteAddress: string, localAddress: string) {
  const found = endsOf({ remoteAddress, remotePort: 40_000, localAddress, localPort: 9092 })
  if (found === null) throw new Error('a socket that is open has two ends')
  return found
}

test('who has reset the connection is unknown, and where it was received is known', () => {
  const forgotten = endsOf({ localAddress: '127.0.0.1', localPort: 9092 })
  expect(forgotten).toEqual({ localAddress: '127.0.0.1', localPort: 9092, remoteAddress: 'unknown', remotePort: 0 })
  expect(endsOf({})).toBeNull()
})

const everywhere = { advertised: null, host: '0.0.0.0' }

test('over loopback everybody is told a loopback address, and no file is read for it', () => {
  const told = (address: string, host = 'localhost') =>
    endpointFor(ends(address, address), { advertised: null, host }, unseen)
  expect(told('127.0.0.1')).toEqual({ host: '127.0.0.1', port: 9092 })
  expect(told('::1').host).toBe('localhost')
  expect(told('::ffff:127.0.0.1', '::').host).toBe('127.0.0.1')
  expect(told('127.0.0.2', '0.0.0.0').host).toBe('127.0.0.1')
})

test('who listens on another loopback address only is found there', () => {
  expect(endpointFor(ends('127.0.0.1', '127.0.0.2'), { advertised: null, host: '127.0.0.2' }, unseen).host).toBe(
    '127.0.0.2',
  )
})

test('on a machine the address that was reached is told', () => {
  expect(endpointFor(ends('192.168.1.50', '192.168.1.2'), everywhere, plainMachine)).toEqual({
    host: '192.168.1.2',
    port: 9092,
  })
  expect(endpointFor(ends('2001:db8::50', '2001:db8::2'), everywhere, plainMachine).host).toBe('2001:db8::2')
})

test('in a container the gateway is told localhost, and every other peer the address that it reached', () => {
  const told = (remote: string, local: string) => endpointFor(ends(remote, local), everywhere, container).host
  expect(told('172.17.0.1', '172.17.0.2')).toBe('localhost')
  expect(told('::ffff:172.17.0.1', '::ffff:172.17.0.2')).toBe('localhost')
  expect(told('fd00::1', 'fd00::2')).toBe('localhost')
  expect(told('172.17.0.3', '172.17.0.2')).toBe('172.17.0.2')
  expect(told('::ffff:172.17.0.3', '::ffff:172.17.0.2')).toBe('172.17.0.2')
  expect(told('fd00::3', 'fd00::2')).toBe('fd00::2')
})

test('what the operator advertises is told to everybody', () => {
  const advertised = { host: 'kafka.example', port: 19_092 }
  for (const remote of ['127.0.0.1', '::1', '172.17.0.1', '192.168.1.50']) {
    expect(endpointFor(ends(remote, remote), { advertised, host: '0.0.0.0' }, unseen)).toEqual(advertised)
  }
})

const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       
eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0                                                                               
eth1\t00000000\t00000000\t0001\t0\t0\t9\t00000000\t0\t0\t0                                                                               
eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0                                                                               
eth0\t00000000\t0200000A\t0003\t0\t0\t0\t00000080\t0\t0\t0                                                                               
`
const ZEROS = '0'.repeat(32)
const ROUTES_6 = `fd000000000000000000000000000000 40 ${ZEROS} 00 ${ZEROS} 00000100 00000001 00000000 00000001     eth0
${ZEROS} 00 ${ZEROS} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0
${ZEROS} 00 ${ZEROS} 00 ${ZEROS} ffffffff 00000001 00000000 00200200       lo
`

test("the gateways are those of the default routes in Linux's tables", () => {
  expect(gateways4(ROUTES)).toEqual(['172.17.0.1'])
  expect(gateways6(ROUTES_6)).toEqual(['fd00::1'])
  expect([gateways4(''), gateways6('')]).toEqual([[], []])
})

test('the network of this process is read from its files', () => {
  const files: Readonly<Record<string, string>> = { '/proc/net/route': ROUTES, '/proc/net/ipv6_route': ROUTES_6 }
  const network = new SystemNetwork({ container: 'podman' }, path => files[path] ?? '')
  expect(network.isContainer()).toBe(true)
  expect(network.defaultGateways()).toEqual(['172.17.0.1', 'fd00::1'])
})

test('a container is known by its variable or its control group, and a machine by neither', () => {
  const isContainer = (environment: Record<string, string>, groups: string) =>
    new SystemNetwork(
      environment,
      () => groups,
      () => false,
    ).isContainer()
  expect(isContainer({}, '0::/init.scope\n')).toBe(false)
  expect(isContainer({ container: '' }, '1:name=systemd:/\n')).toBe(false)
  expect(isContainer({ container: 'lxc' }, '0::/\n')).toBe(true)
  expect(isContainer({}, '4:memory:/docker/0123456789abcdef\n')).toBe(true)
  expect(isContainer({}, '0::/kubepods.slice/pod1\n')).toBe(true)
  expect(
    new SystemNetwork(
      {},
      () => '',
      path => path === '/run/.containerenv',
    ).isContainer(),
  ).toBe(true)
})
