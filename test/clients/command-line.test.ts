/** The command line of the binary: how it starts, refuses to, and stops. @module */
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { binary, runToEnd, startBroker } from '../binary.ts'
import { produceBatches, sequencedBatch } from '../crash/idempotent-producer.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { AnswerError, createTopic, describeTopic, fetchFrom, newProducerId } from './requests.ts'
import { connect, type WireClient } from './wire-client.ts'

const MAX_STOP_MS = 1000

test('--help and --version', async () => {
  const [help, version] = await Promise.all([runToEnd('--help'), runToEnd('--version')])
  expect(help).toMatchObject({ exitCode: 0, stderr: '' })
  for (const flag of ['--port', '--host', '--data-dir', '--strict-replication', '-o', '-v', '--help', '--version']) {
    expect(help.stdout).toMatch(new RegExp(`^  .*${flag}\\b`, 'm'))
  }
  expect(version).toMatchObject({ exitCode: 0, stderr: '' })
  expect(version.stdout).toMatch(/^strikemq \d+\.\d+\.\d+\n$/)
})

describe('one line, and an exit code that says why', () => {
  test.each([
    [['--prot', '9092'], "unknown flag '--prot'; did you mean '--port'?"],
    [['topic'], "unexpected argument 'topic'; see --help"],
    [['serv'], "unexpected argument 'serv'; did you mean 'serve'?"],
    [['--port', 'x'], "--port wants a number from 0 to 65535, not 'x'"],
    [['--port'], '--port wants a value: --port PORT'],
    [['--port', '9\n1'], "--port wants a number from 0 to 65535, not '9\\x0a1'"],
    [['-o', 'x\ny=1'], "unknown config 'x\\x0ay'"],
    [['--host', '*'], "--host wants an address, not '*': 0.0.0.0 and :: stand for all"],
    [['-o', 'num.partitions'], "-o wants KEY=VALUE, as in 'num.partitions=3', not 'num.partitions'"],
  ])('%p', async (args, line) => {
    expect(await runToEnd(...args)).toEqual({ exitCode: 2, stdout: '', stderr: `strikemq: ${line}\n` })
  })

  test.each(['num.partition=3', 'num.partitions=many', 'log.segment.bytes=1'])('-o %s', async override => {
    using directory = temporaryDirectory()
    const { exitCode, stdout, stderr } = await runToEnd('--port', '0', '--data-dir', directory.path, '-o', override)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^strikemq: [^\n]+\n$/)
    expect(stderr).toContain(override.split('=')[0]!)
  })

  test('the port is taken, the directory is held', async () => {
    using directory = temporaryDirectory()
    using other = temporaryDirectory()
    await using broker = await startBroker({ directory: directory.path })
    const [taken, held] = await Promise.all([
      runToEnd('--port', String(broker.port), '--data-dir', other.path),
      runToEnd('--port', '0', '--data-dir', directory.path),
    ])
    expect(taken).toMatchObject({ exitCode: 1, stdout: '' })
    expect(taken.stderr).toMatch(/^strikemq: [^\n]+\n$/)
    expect(taken.stderr).toContain(`port ${broker.port}: it is taken`)
    expect(taken.stderr).toContain('--port 0')
    expect(readdirSync(other.path)).toEqual([])
    const line = `strikemq: data directory ${directory.path} is held by process ${broker.pid}\n`
    expect(held).toEqual({ exitCode: 1, stdout: '', stderr: line })
  })

  test('the directory is none, or holds something else', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/file`
    const foreign = `${directory.path}/foreign`
    const blocked = `${directory.path}/blocked`
    writeFileSync(file, '')
    mkdirSync(foreign)
    writeFileSync(`${foreign}/meta.properties`, 'version=7\n')
    mkdirSync(`${blocked}/.lock`, { recursive: true })
    for (const path of [file, `${file}/below`, foreign, blocked]) {
      const { exitCode, stdout, stderr } = await runToEnd('--port', '0', '--data-dir', path)
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr).toMatch(/^strikemq: data directory [^\n]+ cannot be used: [^\n]+\n$/)
      expect(stderr).toContain(path)
    }
  })
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s answers a parked fetch, and the exit code is 0', async signal => {
  using directory = temporaryDirectory()
  await using broker = await startBroker({ directory: directory.path })
  using client = await connect(broker.port)
  using idle = await connect(broker.port)
  await createTopic(client, 'quiet', 1)
  let isAnswered = false
  const parked = fetchFrom(client, { topic: 'quiet', partition: 0 }, { offset: 0, maxWaitMs: 60_000 })
  parked.finally(() => {
    isAnswered = true
  })
  // What another connection asks after it is decided after it.
  await describeTopic(idle, 'quiet')
  expect(isAnswered).toBe(false)

  const startedAt = performance.now()
  const exitCode = broker.stop(signal)
  expect(await parked).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 0 })
  expect(await exitCode).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(MAX_STOP_MS)
  expect(await broker.stderr).toBe('')
})

describe('a signal while the broker starts', () => {
  const cases = (['SIGTERM', 'SIGINT'] as const).flatMap(signal => [
    { signal, flags: [] },
    { signal, flags: ['-o', 'num.partitions=3'] },
  ])
  test.each(cases)('$signal, $flags', async ({ signal, flags }) => {
    using directory = temporaryDirectory()
    const port = freePort()
    const args = ['--port', String(port), '--http-port', 'off', '--data-dir', directory.path, ...flags]
    const child = launch(args)
    while (!(await isAnswering(port))) expect(child.exitCode).toBeNull()
    child.kill(signal)
    expect([await child.exited, await child.stderr.text()]).toEqual([0, ''])
    // Whatever it had begun is no obstacle.
    await using broker = await startBroker({ directory: directory.path })
    expect(await broker.stop()).toBe(0)
  })
})

test('clients that reset their connections while the broker starts do not end it', async () => {
  for (let round = 0; round < 10; round++) {
    using directory = temporaryDirectory()
    const port = freePort()
    let isReady = false
    const starting = startBroker({ directory: directory.path, port }).finally(() => {
      isReady = true
    })
    while (!isReady) await Promise.all(Array.from({ length: 4 }, () => reset(port)))
    await using broker = await starting
    expect(await isAnswering(port)).toBe(true)
    expect(await broker.stop()).toBe(0)
  }
})

/** Connects where somebody listens, and is gone at once. */
async function reset(port: number): Promise<void> {
  const ignored: Bun.SocketHandler = { open: socket => socket.terminate(), data() {}, connectError() {} }
  await Bun.connect({ hostname: '127.0.0.1', port, socket: ignored }).catch(() => null)
}

/** Whether anybody answers ApiVersions there, version 0. */
function isAnswering(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket: Bun.SocketHandler = {
    open: socket => void socket.write(Uint8Array.fromHex('0000000a0012000000000001ffff')),
    data: socket => {
      resolve(true)
      socket.end()
    },
    close: () => resolve(false),
    connectError: () => resolve(false),
  }
  Bun.connect({ hostname: '127.0.0.1', port, socket }).catch(() => resolve(false))
  return promise
}

/** A port that was free just now. */
function freePort(): number {
  using listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  return listener.port
}

test('-o and --strict-replication are in force', async () => {
  using directory = temporaryDirectory()
  const flags = ['--strict-replication', '-o', 'num.partitions=3']
  await using broker = await startBroker({ directory: directory.path, flags })
  using client = await connect(broker.port)
  const refused: unknown = await createTopic(client, 'three', 1, { replicationFactor: 3 }).catch(
    (error: unknown) => error,
  )
  expect(refused instanceof AnswerError && refused.code).toBe(ErrorCode.INVALID_REPLICATION_FACTOR)
  expect((await describeTopic(client, 'made-on-use', true)).partitions).toHaveLength(3)
})

function launch(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, ...environment }
  return Bun.spawn([binary(), ...args], { env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
}

/** A broker that says ready in one line, as with --json. */
async function launchReady(args: readonly string[], environment: Record<string, string> = {}) {
  const child = launch(args, environment)
  let line = ''
  for await (const chunk of child.stdout) {
    line += Buffer.from(chunk).toString()
    if (line.endsWith('\n')) break
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await child.exited
  }
  return { child, line, [Symbol.asyncDispose]: kill }
}

/** How a command ends that is to end by itself. */
async function outcomeOf(args: readonly string[], environment: Record<string, string> = {}) {
  const child = launch(args, environment)
  const [exitCode, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()])
  return { exitCode, stdout, stderr }
}

describe('ready', () => {
  test('--json is one line, --ready-file the same facts, gone after a stop', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/ready.json`
    writeFileSync(file, 'stale')
    const data = `${directory.path}/data`
    await using ready = await launchReady(['serve', '--port=0', '--json', '--data-dir', data, '--ready-file', file])
    const { event, ...facts } = JSON.parse(ready.line)
    expect(event).toBe('ready')
    expect(facts).toMatchObject({ pid: ready.child.pid, dataDirectory: data, bootstrap: `127.0.0.1:${facts.port}` })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(facts)
    using client = await connect(facts.port)
    expect((await describeTopic(client, 'made', true)).partitions).toHaveLength(1)
    ready.child.kill('SIGTERM')
    expect(await ready.child.exited).toBe(0)
    expect(existsSync(file)).toBe(false)
  })

  test('--quiet says nothing, and the ready file is enough', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/ready.json`
    const child = launch(['--quiet', '--port', '0', '--http-port', 'off', '--ephemeral', '--ready-file', file])
    while (!existsSync(file) && child.exitCode === null) await Bun.sleep(5)
    using client = await connect(JSON.parse(readFileSync(file, 'utf8')).port)
    await describeTopic(client, 'made', true)
    child.kill('SIGTERM')
    expect([await child.exited, await child.stdout.text(), await child.stderr.text()]).toEqual([0, '', ''])
  })

  test('the file stays what it says where another start fails', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/ready.json`
    const base = ['--http-port', 'off', '--data-dir', `${directory.path}/data`, '--ready-file', file]
    await using first = await launchReady(['--port', '0', '--json', ...base])
    const { port } = JSON.parse(first.line)
    const failures = [
      [['--port', '0'], 1],
      [['--port', String(port)], 1],
      [['--port', 'x'], 2],
    ] as const
    const written = readFileSync(file, 'utf8')
    for (const [flags, exitCode] of failures) {
      expect((await runToEnd(...base, ...flags)).exitCode).toBe(exitCode)
      expect(readFileSync(file, 'utf8')).toBe(written)
    }

    first.child.kill('SIGKILL')
    await first.child.exited
    using taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const wrong = [
      [['--port', String(taken.port)], 1],
      [['--port', 'x'], 2],
      [['--prot', '0'], 2],
      [['--topic', 'a'], 2],
    ] as const
    for (const [flags, exitCode] of wrong) {
      writeFileSync(file, written)
      expect((await runToEnd(...base, ...flags)).exitCode).toBe(exitCode)
      expect(existsSync(file)).toBe(false)
    }
    writeFileSync(file, written)
    expect((await runToEnd('config', ...base, '--port', 'x')).exitCode).toBe(2)
    expect(existsSync(file)).toBe(true)
  })

  test('a ready file that cannot be written is one line', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/missing/ready.json`
    const { exitCode, stderr } = await runToEnd(
      '--port',
      '0',
      '--http-port',
      'off',
      '--ephemeral',
      '--ready-file',
      file,
    )
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `strikemq: ready file ${file} cannot be written: ENOENT\n`,
    })
  })
})

describe('--topic', () => {
  test('makes topics before ready, and leaves those that are there', async () => {
    using directory = temporaryDirectory()
    const flags = ['--topic', 'orders:3:cleanup.policy=compact,delete', '--topic', 'plain:1']
    await using broker = await startBroker({ directory: directory.path, flags })
    const seen = async (port: number) => {
      using client = await connect(port)
      const topics = await Promise.all(['orders', 'plain'].map(name => describeTopic(client, name)))
      return topics.map(({ topicId, partitions }) => ({ topicId, partitionCount: partitions.length }))
    }
    const topics = await seen(broker.port)
    expect(topics.map(({ partitionCount }) => partitionCount)).toEqual([3, 1])
    await broker.kill()
    await using again = await broker.restart()
    expect(await seen(again.port)).toEqual(topics)
    await again.stop()

    const base = ['--port', '0', '--data-dir', directory.path]
    const refused = [
      await runToEnd(...base, '--topic', 'orders:4'),
      await runToEnd(...base, '--topic', 'new:1:retention.ms=soon'),
      await runToEnd(...base, '--topic', 'orders:3:retention.m=5'),
    ]
    expect(refused[0]).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'strikemq: --topic orders:4: the topic is there, with 3 partitions\n',
    })
    expect(refused[1]).toMatchObject({ exitCode: 2, stdout: '' })
    expect(refused[1]?.stderr).toMatch(/^strikemq: --topic new:1:retention\.ms=soon: [^\n]*\n$/)
    const unknown = "--topic orders:3:retention.m=5: unknown config 'retention.m': did you mean 'retention.ms'?"
    expect(refused[2]).toEqual({ exitCode: 2, stdout: '', stderr: `strikemq: ${unknown}\n` })
  })

  test('what is wrong with one is told before there is anything', async () => {
    using directory = temporaryDirectory()
    const data = `${directory.path}/data`
    const flags = ['--topic', 'ok:1', '--topic', 'bad:1:zz=3']
    const refused = { exitCode: 2, stdout: '', stderr: "strikemq: --topic bad:1:zz=3: unknown config 'zz'\n" }
    expect(await runToEnd('--port', '0', '--data-dir', data, ...flags)).toEqual(refused)
    expect(await runToEnd('config', ...flags)).toEqual(refused)
    expect(existsSync(data)).toBe(false)
  })

  test('a thousand topics of ten partitions', async () => {
    const wishes = Array.from({ length: 1000 }, (_, index) => `t${index}:10`)
    const args = ['--ephemeral', '--port', '0', '--http-port', 'off', '--json']
    await using ready = await launchReady(args, { STRIKEMQ_TOPIC: wishes.join(' ') })
    using client = await connect(JSON.parse(ready.line).port)
    expect((await describeTopic(client, 't999')).partitions).toHaveLength(10)
  })
})

describe('--node-id', () => {
  test('belongs to the directory from then on', async () => {
    using directory = temporaryDirectory()
    const first = await startBroker({ directory: directory.path, flags: ['--node-id', '7'] })
    expect(await first.stop()).toBe(0)
    await using second = await startBroker({ directory: directory.path })
    using client = await connect(second.port)
    expect(await configOf(client, '7', 'node.id')).toBe('7')
    await second.stop()
    expect(await runToEnd('--port', '0', '--data-dir', directory.path, '--node-id', '8')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `strikemq: node.id is to be 8, but data directory ${directory.path} belongs to node 7\n`,
    })
  })
})

/** What DescribeConfigs says of the broker. */
async function configOf(client: WireClient, broker: string, name: string): Promise<string | null | undefined> {
  const { results } = await client.call(describeConfigs, 4, {
    resources: [{ resourceType: 4, resourceName: broker, configurationKeys: [name] }],
    includeSynonyms: false,
    includeDocumentation: false,
  })
  expect(results[0]?.errorCode).toBe(ErrorCode.NONE)
  return results[0]?.configs[0]?.value
}

describe('--ephemeral', () => {
  test('keeps nothing, and is full when its memory is', async () => {
    using directory = temporaryDirectory()
    const flags = ['--ephemeral', '--memory', '8m', '--topic', 'full:1', '--topic', 'other:1']
    await using broker = await startBroker({ directory: directory.path, flags })
    using client = await connect(broker.port)
    const producerId = await newProducerId(client)
    const produce = async (topic: string, sequence: number) => {
      const [outcome] = await produceBatches(client, topic, [sequencedBatch(producerId, 0, sequence, [500_000])])
      return outcome?.errorCode
    }
    let count = 0
    while ((await produce('full', count)) === ErrorCode.NONE) count++
    expect(count).toBeGreaterThan(10)
    expect(await produce('full', count)).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect((await fetchFrom(client, { topic: 'full', partition: 0 }, { offset: count - 1 })).highWatermark).toBe(count)

    const topics = [{ name: 'full', topicId: zeroUuid }]
    await client.call(deleteTopics, 6, { topics, topicNames: [], timeoutMs: 1000 })
    expect(await produce('other', 0)).toBe(ErrorCode.NONE)
    expect(await configOf(client, '1', 'log.dirs')).toBe('memory')
    expect(await broker.stop()).toBe(0)
    expect(await broker.stderr).not.toContain('ERROR')
    expect(readdirSync(directory.path)).toEqual([])
  })
})

describe('files and variables', () => {
  test('flag over environment over file, as strikemq config tells and DescribeConfigs proves', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/server.properties`
    const data = `${directory.path}/data`
    writeFileSync(
      file,
      `# a broker\nlisteners = PLAINTEXT://127.0.0.1:1\nlog.dirs=${data}\nnum.partitions=2\nmessage.max.bytes : 7000\nbroker.rack \\\n  r1\n`,
    )
    const environment = { STRIKEMQ_CONFIG: file, KAFKA_NUM_PARTITIONS: '3', STRIKEMQ_PORT: '2', KAFKA_OPTS: '-D' }
    const args = ['--port', '0', '-o', 'message.max.bytes=8000']
    const shown = await outcomeOf(['config', ...args], environment)
    expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
    const rows = shown.stdout.split('\n').map(line => line.split(/ {2,}/))
    const expected = [
      ['port', '0', 'flag --port'],
      ['host', '127.0.0.1', `${file}:2`],
      ['log.dirs', data, `${file}:3`],
      ['num.partitions', '3', 'environment KAFKA_NUM_PARTITIONS'],
      ['message.max.bytes', '8000', 'flag -o'],
      ['broker.rack', 'r1', `${file}:6`],
      ['fetch.max.bytes', '57671680', 'default'],
    ]
    for (const row of expected) expect(rows).toContainEqual(row)
    expect(existsSync(data)).toBe(false)

    await using ready = await launchReady([...args, '--json'], environment)
    const { port } = JSON.parse(ready.line)
    using client = await connect(port)
    const named = (name: string) => configOf(client, '1', name)
    expect(await named('listeners')).toBe(`PLAINTEXT://127.0.0.1:${port}`)
    expect(await named('log.dirs')).toBe(data)
    expect(await named('num.partitions')).toBe('3')
    expect(await named('message.max.bytes')).toBe('8000')
    expect(await named('broker.rack')).toBe('r1')
    expect((await describeTopic(client, 'made', true)).partitions).toHaveLength(3)
  })

  test('what is wrong is one line that says where', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/server.properties`
    writeFileSync(file, '\nnum.partition=3\n')
    const line = (text: string) => ({ exitCode: 2, stdout: '', stderr: `strikemq: ${text}\n` })
    expect(await outcomeOf(['--config', file])).toEqual(
      line(`${file}:2: unknown config 'num.partition': did you mean 'num.partitions'?`),
    )
    expect(await outcomeOf(['--config', `${file}.gone`])).toEqual(
      line(`config file ${file}.gone cannot be read: ENOENT`),
    )
    expect(await outcomeOf([], { STRIKEMQ_PROT: '1' })).toEqual(
      line("unknown variable 'STRIKEMQ_PROT'; did you mean 'STRIKEMQ_PORT'?"),
    )
    expect(await outcomeOf([], { STRIKEMQ_PORT: 'x' })).toEqual(
      line("STRIKEMQ_PORT wants a number from 0 to 65535, not 'x'"),
    )
  })
})
