import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { apis } from '../../src/api/index.ts'
import { batchOf, fetchOf, produceOf, World } from '../sim/world.ts'

const named = { clientSoftwareName: 'tester', clientSoftwareVersion: '1' }

describe('the request log', () => {
  const world = new World({ logsRequests: true })
  world.createTopic('t')
  const client = world.connect()
  const lineOf = (work: () => void): string => {
    world.requestLines.length = 0
    work()
    expect(world.requestLines.length).toBe(1)
    return world.requestLines[0] ?? ''
  }

  test('tells who asks what, in one line', () => {
    const line = lineOf(() => client.call(fetch, 12, fetchOf('t', { maxWaitMs: 0, minBytes: 7 })))
    expect(line).toStartWith('client:1 tester Fetch v12 {')
    expect(line).toContain('"minBytes":7')
    expect(line).not.toContain('\n')
  })

  test('shows bytes by their number', () => {
    const records = batchOf({ values: ['secret'] })
    const line = lineOf(() => client.call(produce, 9, produceOf('t', { 0: records })))
    expect(line).toContain(`"records":"<${records.length} bytes>"`)
    expect(line).not.toContain('secret')
  })

  test('shows the beginning of long lists', () => {
    const topicNames = Array.from({ length: 1000 }, (_, index) => `n${index}`)
    const line = lineOf(() => client.call(deleteTopics, 5, { topics: [], topicNames, timeoutMs: 1 }))
    expect(line).toContain('"n9","and 990 more"]')
    expect(line).not.toContain('n10"')
  })

  test('keeps a client from writing lines of its own', () => {
    const transactionalId = 'a\nb'
    const request = { transactionalId, transactionTimeoutMs: 1, enable2Pc: false, keepPreparedTxn: false }
    expect(lineOf(() => client.call(initProducerId, 4, request))).toContain('a\\nb')
  })

  test('has a line for requests that are refused as a whole', () => {
    const stranger = world.connect()
    const line = lineOf(() => stranger.tell(produce, 9, produceOf('none', { 0: batchOf() }, { acks: 0 })))
    expect(line).toContain('Produce v9')
    expect(stranger.closings.length).toBe(1)
  })
})

describe('what is served', () => {
  test('is what has a handler, and all of that is advertised', () => {
    const { apiKeys } = new World().connect().call(apiVersions, 4, named)
    const handled = apis.filter(api => api.handle).map(api => api.contract.key)
    expect(apiKeys.map(of => of.apiKey)).toEqual(handled)
  })
})
