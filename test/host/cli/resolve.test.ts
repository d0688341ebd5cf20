import { describe, expect, test } from 'bun:test'
import { parseArguments } from '../../../src/host/cli/parse.ts'
import { resolveSettings } from '../../../src/host/cli/resolve.ts'
import { type Settings, UsageError } from '../../../src/host/config.ts'

interface Given {
  /** Flags, parted by blanks. */
  readonly flags?: string
  readonly environment?: Readonly<Record<string, string>>
  /** The text of kafka.properties, which --config names where there is one. */
  readonly file?: string
}

function resolve({ flags = '', environment = {}, file }: Given) {
  const args = flags.split(' ').filter(Boolean)
  if (file !== undefined) args.unshift('--config', 'kafka.properties')
  const missing = Object.assign(new Error('missing'), { code: 'ENOENT' })
  return resolveSettings(parseArguments(args).given, {
    environment: { HOME: '/home/ann', ...environment },
    platform: 'linux',
    readText: path => {
      if (path === 'kafka.properties' && file !== undefined) return file
      throw missing
    },
  })
}

const settingsOf = (given: Given) => resolve(given).settings

const defaults: Settings = {
  port: 9092,
  httpPort: 8080,
  isHttpPortAsked: false,
  host: 'localhost',
  listenerName: 'PLAINTEXT',
  advertised: null,
  nodeId: null,
  dataDirectory: '/home/ann/.local/share/strikemq',
  isEphemeral: false,
  memoryBytes: 1024 ** 3,
  topics: [],
  readyFile: null,
  isJson: false,
  isQuiet: false,
  isStrictReplication: false,
  isVerbose: false,
  overrides: new Map(),
}

test('nobody says anything', () => expect(settingsOf({})).toEqual(defaults))

describe('each flag', () => {
  const good: readonly [line: string, settings: Partial<Settings>][] = [
    ['--port 9093', { port: 9093 }],
    ['--port 1 --port 2', { port: 2 }],
    ['--http-port 8080', { httpPort: 8080, isHttpPortAsked: true }],
    ['--http-port off', { httpPort: 'off', isHttpPortAsked: true }],
    ['--port 8080', { port: 8080 }],
    ['--port 0 --http-port 0', { port: 0, httpPort: 0, isHttpPortAsked: true }],
    ['--host 0.0.0.0', { host: '0.0.0.0' }],
    ['--host [::1]', { host: '::1' }],
    ['--advertise broker.local:9094', { advertised: { host: 'broker.local', port: 9094 } }],
    ['--advertise [fd00::1]:1', { advertised: { host: 'fd00::1', port: 1 } }],
    ['--node-id 0', { nodeId: 0 }],
    ['--data-dir ./here', { dataDirectory: './here' }],
    ['--ephemeral', { isEphemeral: true }],
    ['--ephemeral --memory 512m', { isEphemeral: true, memoryBytes: 512 * 1024 ** 2 }],
    ['--ephemeral --memory 2GiB', { isEphemeral: true, memoryBytes: 2 * 1024 ** 3 }],
    ['--ephemeral --memory 1.5MB', { isEphemeral: true, memoryBytes: 1.5 * 1024 ** 2 }],
    ['--ephemeral --memory 1048576', { isEphemeral: true, memoryBytes: 1024 ** 2 }],
    ['--strict-replication', { isStrictReplication: true }],
    ['--ready-file r', { readyFile: 'r' }],
    ['--json -q', { isJson: true, isQuiet: true }],
    ['--quiet --quiet=false', { isQuiet: false }],
    ['-v', { isVerbose: true }],
    ['--verbose', { isVerbose: true }],
    ['-o num.partitions=3', { overrides: new Map([['num.partitions', '3']]) }],
    ['-o num.partitions=3 -o num.partitions=4', { overrides: new Map([['num.partitions', '4']]) }],
    ['-o broker.rack=a=b', { overrides: new Map([['broker.rack', 'a=b']]) }],
    ['--topic a:1 --topic b.c:20', { topics: [topic('a', 1), topic('b.c', 20)] }],
    ['--topic a:9999', { topics: [topic('a', 9999)] }],
    ['--topic a:1 --topic a:2', { topics: [topic('a', 2)] }],
    [
      '--topic a:1:retention.ms=5:leader.replication.throttled.replicas=0:1,1:1:cleanup.policy=compact,delete',
      {
        topics: [
          topic('a', 1, {
            'retention.ms': '5',
            'leader.replication.throttled.replicas': '0:1,1:1',
            'cleanup.policy': 'compact,delete',
          }),
        ],
      },
    ],
  ]
  test.each(good)('%s', (flags, settings) => expect(settingsOf({ flags })).toEqual({ ...defaults, ...settings }))

  const form = "--topic wants NAME:PARTITIONS[:KEY=VALUE...], as in 'orders:3:retention.ms=1000', not"
  const bad: readonly [line: string, message: string][] = [
    ['--port 65536', "--port wants a number from 0 to 65535, not '65536'"],
    ['--port 1e3', "--port wants a number from 0 to 65535, not '1e3'"],
    ['--port x --port 1', "--port wants a number from 0 to 65535, not 'x'"],
    ['--port=', "--port wants a number from 0 to 65535, not ''"],
    ['--http-port x', "--http-port wants a number from 0 to 65535, not 'x'"],
    ['--http-port 9092', '--port and --http-port are both 9092'],
    ['--host=', "--host wants an address, as in '0.0.0.0'"],
    ['--host=[]', "--host wants an address, as in '0.0.0.0'"],
    ['--host=*', "--host wants an address, not '*': 0.0.0.0 and :: stand for all"],
    ['--advertise *:1', '--advertise wants an address that clients can reach: * is none'],
    ['--advertise here', "--advertise wants HOST:PORT, as in 'broker.local:9092', not 'here'"],
    ['--advertise here:0', "--advertise wants HOST:PORT, as in 'broker.local:9092', not 'here:0'"],
    ['--advertise ::1:9092', "--advertise wants HOST:PORT, as in 'broker.local:9092', not '::1:9092'"],
    ['--advertise 0.0.0.0:1', '--advertise wants an address that clients can reach: 0.0.0.0 is none'],
    ['--node-id -1', "--node-id wants a number from 0 to 2147483647, not '-1'"],
    ['--node-id 2147483648', "--node-id wants a number from 0 to 2147483647, not '2147483648'"],
    ['--data-dir=', "--data-dir wants a directory, as in './strikemq'"],
    ['--ready-file=', "--ready-file wants a file, as in './ready.json'"],
    ['--verbose=yes', "--verbose wants true or false, not 'yes'"],
    ['--memory 1g', '--memory bounds what --ephemeral holds, which is not given'],
    ['--ephemeral --memory much', "--memory wants a size of 1m or more, as in 512m or 2g, not 'much'"],
    ['--ephemeral --memory 1k', "--memory wants a size of 1m or more, as in 512m or 2g, not '1k'"],
    ['-o num.partitions', "-o wants KEY=VALUE, as in 'num.partitions=3', not 'num.partitions'"],
    ['-o =3', "-o wants KEY=VALUE, as in 'num.partitions=3', not '=3'"],
    ['-o num.partition=3', "unknown config 'num.partition': did you mean 'num.partitions'?"],
    ['-o num.partitions=x', 'Invalid value x for configuration num.partitions: Not a number of type INT'],
    ['--topic a', `${form} 'a'`],
    ['--topic a:', `${form} 'a:'`],
    ['--topic :1', `${form} ':1'`],
    ['--topic a:x', `${form} 'a:x'`],
    ['--topic a:1:', `${form} 'a:1:'`],
    ['--topic a:1:b', `${form} 'a:1:b'`],
    ['--topic a:0', "--topic wants from 1 to 9999 partitions, not 'a:0'"],
    ['--topic a:10000', "--topic wants from 1 to 9999 partitions, not 'a:10000'"],
    ['--topic a:9999:retention.ms=5', "--topic wants from 1 to 9998 partitions, not 'a:9999:retention.ms=5'"],
    [
      '--topic a:1:retention.m=5',
      "--topic a:1:retention.m=5: unknown config 'retention.m': did you mean 'retention.ms'?",
    ],
    ['--topic a:1:retention.ms=5:zzz=3', "--topic a:1:retention.ms=5:zzz=3: unknown config 'zzz'"],
    ['--topic ok:1 --topic a:1:zz=3 --topic ok2:1', "--topic a:1:zz=3: unknown config 'zz'"],
    [
      '--topic a:1:retention.ms=abc',
      '--topic a:1:retention.ms=abc: Invalid value abc for configuration retention.ms: Not a number of type LONG',
    ],
    [
      '--topic a:1:min.compaction.lag.ms=2:max.compaction.lag.ms=1',
      '--topic a:1:min.compaction.lag.ms=2:max.compaction.lag.ms=1: conflict topic config setting min.compaction.lag.ms (2) > max.compaction.lag.ms (1)',
    ],
    [
      '--topic or/ders:1',
      "--topic or/ders:1: Topic name 'or/ders' has characters other than a-z, A-Z, 0-9, '.', '_' and '-'",
    ],
    ['--topic __cluster_metadata:1', '--topic __cluster_metadata:1: the name is reserved'],
    ['--config nowhere', 'config file nowhere cannot be read: ENOENT'],
  ]
  test.each(bad)('%s: %s', (flags, message) => expect(() => settingsOf({ flags })).toThrow(new UsageError(message)))
})

function topic(name: string, partitionCount: number, configs: Record<string, string> = {}) {
  return { name, partitionCount, configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })) }
}

describe('what is nearer wins', () => {
  const file = 'listeners=PLAINTEXT://10.0.0.1:1\nnum.partitions=1\nlog.dirs=/file\n'
  const environment = {
    STRIKEMQ_PORT: '2',
    STRIKEMQ_TOPIC: 'a:1 b:2',
    KAFKA_NUM_PARTITIONS: '2',
    KAFKA_LOG_DIR: '/env',
  }

  test('the file alone', () => {
    const { settings, originOf, originOfConfig } = resolve({ file })
    expect(settings).toMatchObject({ host: '10.0.0.1', port: 1, dataDirectory: '/file' })
    expect(settings.overrides).toEqual(new Map([['num.partitions', '1']]))
    expect([originOf('port'), originOf('host')]).toEqual(['kafka.properties:1', 'kafka.properties:1'])
    expect([originOf('dataDirectory'), originOf('isJson')]).toEqual(['kafka.properties:3', 'default'])
    expect([originOfConfig('num.partitions'), originOfConfig('broker.rack')]).toEqual(['kafka.properties:2', 'default'])
  })

  test('the environment over the file', () => {
    const { settings, originOf, originOfConfig } = resolve({ file, environment })
    expect(settings).toMatchObject({ host: '10.0.0.1', port: 2, dataDirectory: '/env' })
    expect(settings.topics).toEqual([topic('a', 1), topic('b', 2)])
    expect(settings.overrides).toEqual(new Map([['num.partitions', '2']]))
    expect([originOf('port'), originOf('host')]).toEqual(['environment STRIKEMQ_PORT', 'kafka.properties:1'])
    expect(originOfConfig('num.partitions')).toBe('environment KAFKA_NUM_PARTITIONS')
  })

  test('flags over all', () => {
    const flags = '--port 3 --topic c:3 -o num.partitions=3 -o log.dirs=/override'
    const { settings, originOf, originOfConfig } = resolve({ file, environment, flags })
    expect(settings).toMatchObject({ host: '10.0.0.1', port: 3, dataDirectory: '/override' })
    expect(settings.topics).toEqual([topic('c', 3)])
    expect([originOf('port'), originOf('topics')]).toEqual(['flag --port', 'flag --topic'])
    expect(originOfConfig('num.partitions')).toBe('flag -o')
  })

  test('a flag over the same thing said with -o, whichever comes first', () => {
    const override = '-o listeners=PLAINTEXT://1.2.3.4:4 -o log.dirs=/o -o node.id=4'
    const flags = '--port 5 --data-dir /flag --node-id 5'
    for (const line of [`${override} ${flags}`, `${flags} ${override}`]) {
      expect(settingsOf({ flags: line })).toMatchObject({ host: '1.2.3.4', port: 5, dataDirectory: '/flag', nodeId: 5 })
    }
  })

  test('the file may be named in the environment, and switches put off again', () => {
    expect(() => resolve({ environment: { STRIKEMQ_CONFIG: 'x' } })).toThrow('config file x cannot be read: ENOENT')
    expect(resolve({ file: '', environment: { STRIKEMQ_CONFIG: 'x' } }).settings).toEqual(defaults)
    expect(settingsOf({ environment: { STRIKEMQ_JSON: '1' } }).isJson).toBe(true)
    expect(settingsOf({ environment: { STRIKEMQ_JSON: 'TRUE' }, flags: '--json=0' }).isJson).toBe(false)
  })
})

describe("Kafka's names for what flags say", () => {
  const good: readonly [file: string, settings: Partial<Settings>][] = [
    ['listeners=PLAINTEXT://:9095', { host: '0.0.0.0', port: 9095 }],
    ['listeners=PLAINTEXT://localhost:0', { port: 0 }],
    ['listeners=plaintext://[::1]:9095', { host: '::1', port: 9095 }],
    ['listeners=CONTROLLER://:9093,PLAINTEXT://10.0.0.1:9095', { host: '10.0.0.1', port: 9095 }],
    ['listeners=A://:1,B://:2\ncontroller.listener.names=B\nlistener.security.protocol.map=A:PLAINTEXT', { port: 1 }],
    ['advertised.listeners=PLAINTEXT://broker:9', { advertised: { host: 'broker', port: 9 } }],
    ['advertised.listeners=CONTROLLER://c:1,OUT://broker:9', { advertised: { host: 'broker', port: 9 } }],
    ['advertised.listeners=CONTROLLER://c:1', { advertised: null }],
    ['log.dir=/one', { dataDirectory: '/one' }],
    ['log.dirs=/two\nlog.dir=/one', { dataDirectory: '/two' }],
    ['broker.id=5', { nodeId: 5 }],
    ['node.id=5\nbroker.id=5', { nodeId: 5 }],
    ['broker.id=-1', { nodeId: null }],
  ]
  test.each(good)('%j', (file, settings) => expect(settingsOf({ file })).toMatchObject(settings))

  test('they are not among the other configs', () => {
    const file = 'listeners=PLAINTEXT://:1\nadvertised.listeners=PLAINTEXT://b:1\nlog.dir=/a\nnode.id=3\nbroker.id=3'
    expect(settingsOf({ file }).overrides).toEqual(new Map())
  })

  const at = 'kafka.properties:1:'
  const bad: readonly [file: string, message: string][] = [
    ['listeners=9092', `${at} listeners wants NAME://HOST:PORT, not '9092'`],
    ['listeners=PLAINTEXT://here', `${at} listeners wants NAME://HOST:PORT, not 'PLAINTEXT://here'`],
    ['listeners=PLAINTEXT://:65536', `${at} listeners wants NAME://HOST:PORT, not 'PLAINTEXT://:65536'`],
    ['listeners=CONTROLLER://:1', `${at} listeners wants a listener for clients, as in 'PLAINTEXT://:9092'`],
    ['listeners=PLAINTEXT://:1,OUT://:2', `${at} listeners wants one listener for clients, not PLAINTEXT and OUT`],
    ['listeners=PLAINTEXT://*:1', `${at} listeners wants an address, not '*': 0.0.0.0 and :: stand for all`],
    ['listeners=SSL://:1', `${at} listeners wants the protocol PLAINTEXT: SSL is not served`],
    [
      'advertised.listeners=PLAINTEXT://:1',
      `${at} advertised.listeners wants HOST:PORT, as in 'broker.local:9092', not ':1'`,
    ],
    ['log.dirs=/one,/two', `${at} log.dirs wants one directory: more are not served`],
    ['node.id=3\nbroker.id=4', 'kafka.properties:2: broker.id is 4, and 3 is given too: node.id and broker.id are one'],
    ['num.partition=3', `${at} unknown config 'num.partition': did you mean 'num.partitions'?`],
    ['num.partitions=0', `${at} Invalid value 0 for configuration num.partitions: Value must be at least 1`],
    ['broker.rack=\\u1', `${at} \\u wants four hexadecimal digits`],
  ]
  test.each(bad)('%j: %s', (file, message) => expect(() => settingsOf({ file })).toThrow(new UsageError(message)))
})

describe('KAFKA_ variables', () => {
  test('dots are underscores, underscores are two, dashes three', () => {
    const environment = { KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false', KAFKA_LISTENERS: 'PLAINTEXT://:7' }
    const { settings } = resolve({ environment })
    expect(settings.overrides).toEqual(new Map([['auto.create.topics.enable', 'false']]))
    expect(settings.port).toBe(7)
  })

  test('what names no config is not ours, and what is empty says nothing', () => {
    const environment = { KAFKA_HEAP_OPTS: '-Xmx1g', KAFKA_PORT: 'tcp://10.0.0.1:9092', KAFKA_NUM_PARTITIONS: '' }
    expect(settingsOf({ environment })).toEqual(defaults)
  })

  test('a bad value names the variable', () => {
    const message = 'KAFKA_NUM_PARTITIONS: Invalid value x for configuration num.partitions: Not a number of type INT'
    expect(() => resolve({ environment: { KAFKA_NUM_PARTITIONS: 'x' } })).toThrow(new UsageError(message))
  })
})

describe('STRIKEMQ_ variables', () => {
  const bad: readonly [name: string, value: string, message: string][] = [
    ['STRIKEMQ_TOPIC', 'ok:1 a:1:zz=3', "STRIKEMQ_TOPIC a:1:zz=3: unknown config 'zz'"],
    [
      'STRIKEMQ_NUM_PARTITIONS',
      '3',
      "unknown variable 'STRIKEMQ_NUM_PARTITIONS'; did you mean 'KAFKA_NUM_PARTITIONS'?",
    ],
    ['STRIKEMQ_LOG_DIR', '/x', "unknown variable 'STRIKEMQ_LOG_DIR'; did you mean 'KAFKA_LOG_DIR'?"],
    ['STRIKEMQ_PROT', '3', "unknown variable 'STRIKEMQ_PROT'; did you mean 'STRIKEMQ_PORT'?"],
  ]
  test.each(bad)('%s=%s: %s', (name, value, message) => {
    expect(() => resolve({ environment: { [name]: value } })).toThrow(new UsageError(message))
  })

  test('one that is a flag and a config is the flag', () => {
    expect(settingsOf({ environment: { STRIKEMQ_NODE_ID: '7', STRIKEMQ_NUM_PARTITIONS: '' } }).nodeId).toBe(7)
  })
})

test('without any home the directory has to be named, unless there is none', () => {
  const world = { environment: {}, platform: 'linux', readText: () => '' }
  const given = (...args: string[]) => parseArguments(args).given
  expect(() => resolveSettings([], world)).toThrow('--data-dir is missing, and HOME is not set')
  expect(resolveSettings(given('--data-dir', 'x'), world).settings.dataDirectory).toBe('x')
  expect(resolveSettings(given('--ephemeral'), world).settings.isEphemeral).toBe(true)
})
