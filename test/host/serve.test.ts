import { expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { temporaryDirectory } from './directory.ts'

const MAIN = resolve(import.meta.dir, '../../src/main.ts')

function run(...args: string[]) {
  return Bun.spawn([process.execPath, MAIN, ...args], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
}

/** A broker that is ready, on a free port. */
async function ready(directory: string) {
  const broker = run('--port', '0', '--http-port', '0', '--data-dir', directory)
  let banner = ''
  for await (const chunk of broker.stdout) {
    banner += Buffer.from(chunk).toString()
    if (banner.includes('Press Ctrl+C')) break
  }
  return { broker, banner, port: Number(/Kafka port +(\d+)/.exec(banner)?.[1]) }
}

/** How a command ends that is to end at once. */
async function ended(...args: string[]) {
  const command = run(...args)
  const [code, stdout, stderr] = await Promise.all([command.exited, command.stdout.text(), command.stderr.text()])
  return { code, stdout, stderr }
}

test('a broker says where it is, refuses a second one, and stops cleanly', async () => {
  using directory = temporaryDirectory()
  using other = temporaryDirectory()
  const { broker, banner, port } = await ready(directory.path)
  expect(banner).toMatch(/^StrikeMQ \d+\.\d+\.\d+\n/)
  expect(banner).toContain(`${process.platform} ${process.arch}`)
  expect(banner).toContain(directory.path)
  expect(banner).toMatch(/^REST +http:\/\/127\.0\.0\.1:\d+$/m)
  expect(banner).toEndWith('Broker ready. Press Ctrl+C to stop.\n')

  const [held, taken] = await Promise.all([
    ended('--port', '0', '--data-dir', directory.path),
    ended('--port', String(port), '--data-dir', other.path),
  ])
  const line = `strikemq: data directory ${directory.path} is held by process ${broker.pid}\n`
  expect(held).toEqual({ code: 1, stdout: '', stderr: line })
  expect(taken.code).toBe(1)
  expect(taken.stderr).toMatch(/^strikemq: cannot listen on 127\.0\.0\.1 port \d+: it is taken.*\n$/)

  const stoppedAt = performance.now()
  broker.kill('SIGTERM')
  expect(await broker.exited).toBe(0)
  expect(performance.now() - stoppedAt).toBeLessThan(1000)
})

test('a command line that cannot be followed is one line and exit code 2', async () => {
  using directory = temporaryDirectory()
  const idle = 'connections.max.idle.ms=50'
  const [flag, config, conflict, shown] = await Promise.all([
    ended('--prot', '1'),
    ended('--data-dir', directory.path, '-o', 'num.partition=3'),
    ended('--port', '0', '--data-dir', directory.path, '-o', idle),
    ended('config', '-o', idle),
  ])
  const complaint = 'connection.failed.authentication.delay.ms must be less than connections.max.idle.ms'
  for (const refused of [conflict, shown])
    expect(refused).toEqual({ code: 2, stdout: '', stderr: `strikemq: ${complaint}\n` })
  expect(flag).toEqual({ code: 2, stdout: '', stderr: "strikemq: unknown flag '--prot'; did you mean '--port'?\n" })
  expect(config.code).toBe(2)
  expect(config.stderr).toMatch(/^strikemq: .*num\.partition.*num\.partitions.*\n$/)
})

test('help and version go to stdout', async () => {
  const [help, version] = await Promise.all([ended('--help'), ended('--version')])
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('--data-dir DIRECTORY')
  expect(version.stdout).toMatch(/^strikemq \d+\.\d+\.\d+\n$/)
})

test('a directory that cannot be used is one line', async () => {
  const { code, stderr } = await ended('--port', '0', '--data-dir', MAIN)
  expect(code).toBe(1)
  expect(stderr).toBe(`strikemq: data directory ${MAIN} cannot be used: it is no directory\n`)
})
