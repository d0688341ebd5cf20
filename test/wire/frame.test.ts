import { expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { apiVersions } from '../../src/api/18-api-versions.ts'
import {
  hasVersion,
  readRequest,
  readRequestHeader,
  requestHeaderVersion,
  responseHeaderVersion,
  writeResponse,
} from '../../src/wire/frame.ts'
import { Reader } from '../../src/wire/reader.ts'
import { Writer } from '../../src/wire/writer.ts'

test('headers are flexible where the message is, but for the answer to ApiVersions', () => {
  expect([8, 9].map(version => requestHeaderVersion(produce, version))).toEqual([1, 2])
  expect([8, 9].map(version => responseHeaderVersion(produce, version))).toEqual([0, 1])
  expect([2, 3].map(version => requestHeaderVersion(apiVersions, version))).toEqual([1, 2])
  expect([2, 3].map(version => responseHeaderVersion(apiVersions, version))).toEqual([0, 0])
})

test('a version is known or not', () => {
  expect([-1, 0, 4, 5].map(version => hasVersion(apiVersions, version))).toEqual([false, true, true, false])
})

test('a request is read after its header', () => {
  const frame = new Reader(
    Uint8Array.fromHex('00120003' + '00000007' + '0001' + '63' + '00' + '046c6962' + '02' + '31' + '00'),
  )
  expect(readRequestHeader(frame, requestHeaderVersion(apiVersions, 3))).toEqual({
    requestApiKey: 18,
    requestApiVersion: 3,
    correlationId: 7,
    clientId: 'c',
  })
  expect(readRequest(frame, apiVersions, 3)).toEqual({ clientSoftwareName: 'lib', clientSoftwareVersion: '1' })
  expect(frame.remaining).toBe(0)
})

test('a response is a whole frame, with a header of its version', () => {
  const writer = new Writer()
  writeResponse(writer, produce, 8, 5, { responses: [], throttleTimeMs: 1 })
  writeResponse(writer, produce, 9, 6, { responses: [], throttleTimeMs: 2 })
  expect(writer.toBytes().toHex()).toBe(
    `0000000c${'00000005'}${'00000000'}${'00000001'}` + `0000000b${'00000006'}${'00'}${'01'}${'00000002'}${'00'}`,
  )
})
