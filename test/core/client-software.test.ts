import { expect, test } from 'bun:test'
import { isSoftwareName } from '../../src/core/client-software.ts'

/** ApiVersionsRequest.SOFTWARE_NAME_VERSION_PATTERN */
const PATTERN = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

test("what a client may call itself is Kafka's pattern", () => {
  const chars = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code))
  const names = [
    '',
    'apache-kafka-java',
    '4.3.1',
    ...chars,
    ...chars.flatMap(char => [`${char}a`, `a${char}`, `a${char}b`]),
  ]
  for (const name of names) expect([name, isSoftwareName(name)]).toEqual([name, PATTERN.test(name)])
})
