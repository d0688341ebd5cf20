/**
 * Is every client told an address that it can reach? `bun test/network/run.ts` starts the binary in network namespaces,
 * with a gateway that translates addresses, and has clients at every place find it. It needs root.
 * @module
 */
import { type RunningBroker, startBroker } from '../binary.ts'
import { Report } from '../conformance/report.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { CONTAINER, CONTAINER_6, GATEWAY_OUTSIDE, Namespaces, type Place } from './namespaces.ts'

const PORT = 9092
/** The gateway's port where it is not the container's. */
const OTHER_PORT = 19_092
const CLIENT_MS = 10_000

/** Who connects whereto, and what he is to be told. */
const ways: readonly (readonly [name: string, from: Place, to: string, told: string])[] = [
  ['in the container, over loopback', 'container', '127.0.0.1', '127.0.0.1'],
  ['in the container, over IPv6 loopback', 'container', '::1', 'localhost'],
  ['in the container, by its own address', 'container', CONTAINER, CONTAINER],
  ['on the machine, by the published port', 'gateway', 'localhost', 'localhost'],
  // Such a connection keeps the address that it comes from, and the machine knows the way to its containers.
  ['on the machine, by its address outside', 'gateway', GATEWAY_OUTSIDE, CONTAINER],
  ["on the machine, by the container's address", 'gateway', CONTAINER, 'localhost'],
  ["on the machine, by the container's IPv6 address", 'gateway', CONTAINER_6, 'localhost'],
  ['in another container', 'neighbour', CONTAINER, CONTAINER],
  ['in another container, over IPv6', 'neighbour', CONTAINER_6, CONTAINER_6],
]

async function main(): Promise<void> {
  const report = new Report()
  const missing = Namespaces.missing()
  if (missing === null) {
    using network = new Namespaces()
    network.publish(PORT, PORT)
    network.publish(OTHER_PORT, PORT)
    for (const find of [findWithoutConfiguration, findAdvertised]) {
      await find(network, report).catch(error => report.fail('a broker in a container', error))
    }
  } else report.skip('addresses in network namespaces', missing)
  console.log(`network: ${report.summary}`)
  process.exit(report.failed === 0 ? 0 : 1)
}

async function findWithoutConfiguration(network: Namespaces, report: Report): Promise<void> {
  using directory = temporaryDirectory()
  await using _broker = await startIn(network, directory.path)
  for (const [index, [name, from, to, told]] of ways.entries()) {
    await report.check(`a client ${name} is told ${told}, and produces there`, () =>
      expectTold(network, { from, to, port: PORT, topic: `way-${index}` }, `${told} ${PORT}`),
    )
  }
}

/** From outside the machine the container cannot know its address, nor another port: the operator tells it. */
async function findAdvertised(network: Namespaces, report: Report): Promise<void> {
  using directory = temporaryDirectory()
  await using _broker = await startIn(network, directory.path, '--advertise', `${GATEWAY_OUTSIDE}:${OTHER_PORT}`)
  for (const from of ['outside', 'gateway', 'neighbour'] as const) {
    await report.check(`with --advertise a client at the ${from} is told that address, and produces there`, () =>
      expectTold(
        network,
        { from, to: GATEWAY_OUTSIDE, port: OTHER_PORT, topic: `from-${from}` },
        `${GATEWAY_OUTSIDE} ${OTHER_PORT}`,
      ),
    )
  }
}

function startIn(network: Namespaces, directory: string, ...flags: string[]): Promise<RunningBroker> {
  // The variable that podman, lxc and systemd-nspawn set: these namespaces are otherwise no container.
  const under = [...network.in('container'), 'env', 'container=test']
  return startBroker({ directory, port: PORT, under, flags: ['--host', '::', ...flags] })
}

interface Way {
  readonly from: Place
  readonly to: string
  readonly port: number
  readonly topic: string
}

/** Throws where the client is told something else, or cannot produce to the address that it was told. */
async function expectTold(network: Namespaces, { from, to, port, topic }: Way, told: string): Promise<void> {
  const client = Bun.spawn(
    [...network.in(from), process.execPath, `${import.meta.dir}/round-trip.ts`, to, String(port), topic],
    { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: CLIENT_MS },
  )
  const [exitCode, stdout, stderr] = await Promise.all([client.exited, client.stdout.text(), client.stderr.text()])
  if (exitCode !== 0) throw new Error(`the client ended with ${client.signalCode ?? exitCode}: ${stderr}`)
  if (stdout.trim() !== told) throw new Error(`the client was told ${stdout}`)
}

await main()
