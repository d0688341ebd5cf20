import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { parseArguments } from '../../src/host/cli/parse.ts'
import { resolveSettings } from '../../src/host/cli/resolve.ts'
import {
  ReadyFileError,
  readyOf,
  readyText,
  removeReadyFile,
  removeStaleReadyFile,
  writeReadyFile,
} from '../../src/host/ready.ts'
import { temporaryDirectory } from './directory.ts'

function settingsOf(...args: string[]) {
  const world = { environment: { HOME: '/home/ann' }, platform: 'linux', readText: () => '' }
  return resolveSettings(parseArguments(args).given, world).settings
}

const plain = settingsOf()
const both = { port: 4711, hosts: ['127.0.0.1', '::1'] }

test.each([
  [['127.0.0.1', '::1'], [], '127.0.0.1:4711'],
  [['0.0.0.0'], [], '127.0.0.1:4711'],
  [['::'], [], '127.0.0.1:4711'],
  [['10.0.0.7'], [], '10.0.0.7:4711'],
  [['fd00::1'], [], '[fd00::1]:4711'],
  [['0.0.0.0'], ['--advertise', 'broker.local:9'], 'broker.local:9'],
])('who listens on %j with %j is found at %s', (hosts, flags, bootstrap) => {
  expect(readyOf({ port: 4711, hosts }, null, settingsOf(...flags), null).bootstrap).toBe(bootstrap)
})

describe('what is said', () => {
  const ready = readyOf(both, { ...both, port: 8080 }, plain, '/data')

  test('to a pipe: plain lines', () => {
    const lines = readyText(ready, plain, false)?.split('\n') ?? []
    expect(lines[0]).toMatch(/^StrikeMQ \d+\.\d+\.\d+$/)
    expect(lines).toContain('Kafka port      4711 on 127.0.0.1 and ::1')
    expect(lines).toContain('REST            http://127.0.0.1:8080')
    expect(lines).toContain('Data directory  /data')
    expect(lines.at(-1)).toBe('Broker ready. Press Ctrl+C to stop.')
  })

  test('to a terminal: the address first, and something to try', () => {
    const banner = Bun.stripANSI(readyText(ready, plain, true) ?? '')
    expect(banner).toContain('ready at 127.0.0.1:4711')
    expect(banner).toContain('kcat -b 127.0.0.1:4711')
    expect(banner).toContain('http://127.0.0.1:8080')
    expect(banner).toContain('/data')
  })

  test('to scripts: one line of JSON, however quiet', () => {
    for (const flags of [['--json'], ['--json', '--quiet']]) {
      const text = readyText(ready, settingsOf(...flags), true) ?? ''
      expect(text).not.toContain('\n')
      expect(JSON.parse(text)).toEqual({
        event: 'ready',
        bootstrap: '127.0.0.1:4711',
        port: 4711,
        http: 'http://127.0.0.1:8080',
        httpPort: 8080,
        pid: process.pid,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        dataDirectory: '/data',
      })
    }
  })

  test('that REST is off', () => {
    const off = readyOf(both, null, plain, '/data')
    expect(readyText(off, plain, false)).toContain('REST            off\n')
    expect(JSON.parse(readyText(off, settingsOf('--json'), false) ?? '')).toMatchObject({ http: null, httpPort: null })
  })

  test('nothing', () => expect(readyText(ready, settingsOf('-q'), true)).toBeNull())
})

describe('the ready file', () => {
  test('is written as a whole, in place of an older one, and removed', () => {
    using directory = temporaryDirectory()
    const path = `${directory.path}/ready.json`
    writeFileSync(path, 'an older one')
    writeReadyFile(path, readyOf(both, null, plain, null))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ port: 4711, pid: process.pid, dataDirectory: null })
    expect(readdirSync(directory.path)).toEqual(['ready.json'])
    removeReadyFile(path)
    removeReadyFile(path)
    expect(readdirSync(directory.path)).toEqual([])
  })

  test('of a broker that has died is removed, any other thing stays', () => {
    using directory = temporaryDirectory()
    const path = `${directory.path}/ready.json`
    const isLeft = (text: string) => {
      writeFileSync(path, text)
      removeStaleReadyFile(path)
      return existsSync(path)
    }
    const { pid: dead } = Bun.spawnSync(['true'])
    expect(isLeft(`{"port":1,"pid":${dead},"dataDirectory":null}\n`)).toBe(false)
    // The first process of a container has the number that its predecessor had.
    expect(isLeft(`{"pid":${process.pid}}`)).toBe(false)
    expect(isLeft(`{"pid":${process.ppid}}`)).toBe(true)
    expect(isLeft('something else')).toBe(true)
    for (const none of [directory.path, `${directory.path}/missing`]) removeStaleReadyFile(none)
    expect(readdirSync(directory.path)).toEqual(['ready.json'])
  })

  test('takes the place of no pipe, link or directory', () => {
    using directory = temporaryDirectory()
    const link = `${directory.path}/link`
    symlinkSync('target', link)
    const pipe = `${directory.path}/pipe`
    Bun.spawnSync(['mkfifo', pipe])
    for (const path of [link, pipe, directory.path]) {
      expect(() => removeReadyFile(path)).toThrow(
        new ReadyFileError(`ready file ${path} is there, and is no regular file`),
      )
    }
    expect(readdirSync(directory.path).sort()).toEqual(['link', 'pipe'])
  })

  test('that cannot be written is an error of one line, and leaves nothing', () => {
    using directory = temporaryDirectory()
    const ready = readyOf(both, null, plain, null)
    mkdirSync(`${directory.path}/taken`)
    expect(() => writeReadyFile(`${directory.path}/taken`, ready)).toThrow(ReadyFileError)
    expect(() => writeReadyFile(`${directory.path}/missing/ready`, ready)).toThrow(
      new ReadyFileError(`ready file ${directory.path}/missing/ready cannot be written: ENOENT`),
    )
    expect(readdirSync(directory.path)).toEqual(['taken'])
  })
})
