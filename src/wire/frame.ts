/** A frame: four bytes of length, a header, a message. @module */
import { codecOf } from './compile.ts'
import type { Reader } from './reader.ts'
import {
  type Contract,
  type Draft,
  type Fields,
  type Infer,
  int16,
  int32,
  isInVersions,
  recordSchema,
  string,
} from './schema.ts'
import type { Writer } from './writer.ts'

/** Bytes of the length that stands before every frame. */
export const LENGTH_BYTES = 4

export const requestHeader = recordSchema({
  name: 'RequestHeaderData',
  versions: '1-2',
  flexible: 2,
  fields: () => ({
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    clientId: string().nullable().notCompact('2+'),
  }),
})

export const responseHeader = recordSchema({
  name: 'ResponseHeaderData',
  versions: '0-1',
  flexible: 1,
  fields: () => ({ correlationId: int32() }),
})

export type RequestHeader = Infer<typeof requestHeader.fields>

const API_VERSIONS_KEY = 18

export function isFlexible(flexible: number | null, version: number): boolean {
  return flexible !== null && version >= flexible
}

export function requestHeaderVersion(contract: Contract, version: number): 1 | 2 {
  return isFlexible(contract.flexible, version) ? 2 : 1
}

/** ApiVersions always answers with the oldest header: its reader does not know the broker's versions yet (KIP-511). */
export function responseHeaderVersion(contract: Contract, version: number): 0 | 1 {
  return contract.key !== API_VERSIONS_KEY && isFlexible(contract.flexible, version) ? 1 : 0
}

export function hasVersion(contract: Contract, version: number): boolean {
  return isInVersions(contract.versions, version)
}

export function readRequestHeader(reader: Reader, headerVersion: 1 | 2): RequestHeader {
  return codecOf(requestHeader.fields, headerVersion, headerVersion === 2).read(reader)
}

export function readRequest<Q extends Fields>(reader: Reader, contract: Contract<Q>, version: number): Infer<Q> {
  return codecOf(contract.request, version, isFlexible(contract.flexible, version)).read(reader)
}

/** Writes a whole frame: length, request header and `request`. */
export function writeRequest<Q extends Fields>(
  writer: Writer,
  contract: Contract<Q>,
  version: number,
  { correlationId, clientId }: Pick<RequestHeader, 'correlationId' | 'clientId'>,
  request: Draft<Q>,
): void {
  const headerVersion = requestHeaderVersion(contract, version)
  const header = { requestApiKey: contract.key, requestApiVersion: version, correlationId, clientId }
  writer.beginFrame()
  codecOf(requestHeader.fields, headerVersion, headerVersion === 2).write(writer, header)
  codecOf(contract.request, version, isFlexible(contract.flexible, version)).write(writer, request)
  writer.endFrame()
}

/** Writes a whole frame: length, response header and `response`. */
export function writeResponse<S extends Fields>(
  writer: Writer,
  contract: Contract<Fields, S>,
  version: number,
  correlationId: number,
  response: Draft<S>,
): void {
  const headerVersion = responseHeaderVersion(contract, version)
  writer.beginFrame()
  codecOf(responseHeader.fields, headerVersion, headerVersion === 1).write(writer, { correlationId })
  codecOf(contract.response, version, isFlexible(contract.flexible, version)).write(writer, response)
  writer.endFrame()
}
