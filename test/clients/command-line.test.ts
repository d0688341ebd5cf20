/** The command line of the binary: how it starts, refuses to, and stops. @module */
import { describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { ErrorCode } from '../../src/wire/errors.ts'
import { runToEnd, startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { AnswerError, createTopic, describeTopic, fetchFrom } from './requests.ts'
import { connect } from './wire-client.ts'

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
    [['--port', 'x'], "--port wants a number from 0 to 65535, not 'x'"],
    [['--port'], '--port wants a value: --port PORT'],
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
