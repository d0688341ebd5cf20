/**
 * From a frame to a handler and back to a frame.
 * @module
 */
import type { Answer, Api, Call } from '../api/api.ts'
import type { Rooms, ServedApi } from '../api/rooms.ts'
import type { Clock } from '../base/clock.ts'
import { MalformedError } from '../wire/errors.ts'
import { hasVersion, readRequest, readRequestHeader, requestHeaderVersion, writeResponse } from '../wire/frame.ts'
import { Reader } from '../wire/reader.ts'
import { type Draft, type Fields, versionRange } from '../wire/schema.ts'
import type { Writer } from '../wire/writer.ts'
import type { Peer } from './session.ts'

/** Writes one answer as a frame. */
export type Reply = (writer: Writer) => void

/** One request that has been read, and what is needed to answer it. */
export interface Exchange {
  /** True where the handler only stages appends: its answer may wait for the end of the turn. */
  readonly stagesOnly: boolean
  decide(): Answer<unknown>
  reply(answer: unknown): Reply
}

/** Where requests are told about, one line each, when somebody wants to see them. */
export interface RequestLog {
  request?(line: () => string): void
}

/** Stands for a version of ApiVersions that is not known. */
const UNSUPPORTED = -1
const PRODUCE_KEY = 0
const API_VERSIONS_KEY = 18

/** What ApiVersions tells clients: the APIs that have a handler, in the versions that Kafka calls stable. */
export function servedApis(apis: readonly Api[]): ServedApi[] {
  return apis
    .filter(api => api.handle)
    .map(({ contract: { key, versions, stable } }) => {
      const [minVersion, last] = versionRange(versions)
      return { apiKey: key, minVersion, maxVersion: stable ?? last }
    })
}

export class Dispatcher {
  private readonly byKey: (Api | undefined)[] = []

  constructor(
    apis: readonly Api[],
    private readonly rooms: Rooms,
    private readonly clock: Clock,
    private readonly log: RequestLog,
  ) {
    for (const api of apis) if (api.handle) this.byKey[api.contract.key] = api
  }

  /**
   * Reads the request in `frame`. Throws MalformedError where it cannot be read, or where its API or version is not
   * served: Kafka closes the connection too (RequestContext.parseRequest, SocketServer.processCompletedReceives).
   */
  open(frame: Uint8Array, peer: Peer): Exchange {
    const reader = new Reader(frame)
    const key = reader.int16()
    const version = reader.int16()
    const api = this.byKey[key]
    if (!api) throw new MalformedError(`API key ${key} is not served`)
    const isServed = hasVersion(api.contract, version) && version <= (api.contract.stable ?? version)
    if (isServed) return this.openServed(api, version, frame, peer)
    // A client that asks for ApiVersions in too new a version gets version 0, with the error that sends it back (KIP-511).
    if (key === API_VERSIONS_KEY) return this.openServed(api, UNSUPPORTED, frame, peer)
    throw new MalformedError(`${api.contract.name} version ${version} is not served`)
  }

  private openServed(api: Api, version: number, frame: Uint8Array, peer: Peer): Exchange {
    const { contract, handle } = api
    const reader = new Reader(frame)
    const header = readRequestHeader(reader, requestHeaderVersion(contract, version))
    const request = version === UNSUPPORTED ? {} : readRequest(reader, contract, version)
    const call: Call = {
      ...this.rooms,
      version,
      clientId: header.clientId,
      now: this.clock.now(),
      endpoint: peer.endpoint,
    }
    this.log.request?.(
      () => `${peer.name} ${header.clientId ?? '-'} ${contract.name} v${version} ${JSON.stringify(request, shorten)}`,
    )
    return {
      stagesOnly: contract.key === PRODUCE_KEY,
      decide: () => handle?.(request, call) ?? null,
      // The handler's answer is the draft of this contract's response: `api` has seen to that.
      reply: answer => writer =>
        writeResponse<Fields>(writer, contract, Math.max(version, 0), header.correlationId, answer as Draft<Fields>),
    }
  }

  /** What the log says of a connection that is closed because of `error`. */
  reasonOf(error: unknown): string {
    if (error instanceof MalformedError) return error.message
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** Requests in the log: byte strings by their size, long lists by their beginning. */
function shorten(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
  if (Array.isArray(value) && value.length > 10) return [...value.slice(0, 10), `and ${value.length - 10} more`]
  return value
}
