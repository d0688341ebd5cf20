/**
 * From a frame to a handler and back to a frame.
 * @module
 */
import type { Answer, Api, Call, Handler } from '../api/api.ts'
import type { Rooms, ServedApi } from '../api/rooms.ts'
import type { Clock } from '../base/clock.ts'
import type { Millis } from '../core/machine.ts'
import { MalformedError } from '../wire/errors.ts'
import { readRequest, readRequestHeader, requestHeaderVersion, writeResponse } from '../wire/frame.ts'
import { Reader } from '../wire/reader.ts'
import { type Contract, type Draft, type Fields, versionRange } from '../wire/schema.ts'
import type { Writer } from '../wire/writer.ts'
import type { Caller } from './peer.ts'

/** Where requests are told about, one line each, when somebody wants to see them. */
export interface RequestLog {
  request?: ((line: () => string) => void) | undefined
}

const PRODUCE_KEY = 0
const API_VERSIONS_KEY = 18
/** Stands for a version of ApiVersions that is not known. */
const UNSUPPORTED = -1

interface Served extends ServedApi {
  readonly contract: Contract
  readonly handle: Handler
}

/** The rooms with one request's circumstances. Small, since every request leaves one behind. */
class RequestCall implements Call {
  constructor(
    private readonly rooms: Rooms,
    private readonly caller: Caller,
    readonly version: number,
    readonly clientId: string | null,
    readonly now: Millis,
  ) {}

  get served(): Rooms['served'] {
    return this.rooms.served
  }
  get catalog(): Rooms['catalog'] {
    return this.rooms.catalog
  }
  get configs(): Rooms['configs'] {
    return this.rooms.configs
  }
  get fetchSessions(): Rooms['fetchSessions'] {
    return this.rooms.fetchSessions
  }
  get logs(): Rooms['logs'] {
    return this.rooms.logs
  }
  get purgatory(): Rooms['purgatory'] {
    return this.rooms.purgatory
  }
  get groups(): Rooms['groups'] {
    return this.rooms.groups
  }
  get transactions(): Rooms['transactions'] {
    return this.rooms.transactions
  }
  get clientAddress(): string {
    return this.caller.address
  }
  get endpoint(): Caller['endpoint'] {
    return this.caller.endpoint
  }
  get roomBytes(): number {
    return this.caller.roomBytes
  }
}

/** One request that has been read: what decides it, and what writes its answer. */
export class Exchange {
  constructor(
    private readonly contract: Contract,
    private readonly handle: Handler,
    private readonly correlationId: number,
    private readonly request: unknown,
    private readonly call: Call,
  ) {}

  /** True where the handler only stages appends: its answer may wait for the end of the turn. */
  get stagesOnly(): boolean {
    return this.contract.key === PRODUCE_KEY
  }

  decide(): Answer<object> {
    return this.handle(this.request, this.call)
  }

  /** Writes `answer`, which is what the handler gave, as a frame. */
  write(writer: Writer, answer: object): void {
    const version = Math.max(this.call.version, 0)
    // `api` has seen to it that the handler's answer is the draft of this contract's response.
    writeResponse<Fields>(writer, this.contract, version, this.correlationId, answer as Draft<Fields>)
  }
}

/** What ApiVersions tells clients: the APIs that have a handler, in the versions that Kafka calls stable. */
export function servedApis(apis: readonly Api[]): Served[] {
  return apis.flatMap(({ contract, handle }) => {
    if (!handle) return []
    const [minVersion, last] = versionRange(contract.versions)
    return [{ contract, handle, apiKey: contract.key, minVersion, maxVersion: contract.stable ?? last }]
  })
}

export class Dispatcher {
  private readonly byKey: (Served | undefined)[] = []

  constructor(
    served: readonly Served[],
    private readonly rooms: Rooms,
    private readonly clock: Clock,
    private readonly log: RequestLog,
  ) {
    for (const one of served) this.byKey[one.apiKey] = one
  }

  /**
   * Reads the request in `frame`. Throws MalformedError where it cannot be read, or where its API or version is not
   * served: Kafka closes the connection too (RequestContext.parseRequest, SocketServer.processCompletedReceives).
   */
  open(frame: Uint8Array, caller: Caller): Exchange {
    const reader = new Reader(frame)
    const key = reader.int16()
    const version = reader.int16()
    const served = this.byKey[key]
    if (!served) throw new MalformedError(`API key ${key} is not served`)
    if (version >= served.minVersion && version <= served.maxVersion) {
      return this.openServed(served, version, reader, caller)
    }
    // A client that asks for ApiVersions in too new a version gets version 0, with the error that sends it back (KIP-511).
    if (key === API_VERSIONS_KEY) return this.openServed(served, UNSUPPORTED, reader, caller)
    throw new MalformedError(`${served.contract.name} version ${version} is not served`)
  }

  private openServed({ contract, handle }: Served, version: number, reader: Reader, caller: Caller): Exchange {
    reader.position = 0
    const { clientId, correlationId } = readRequestHeader(reader, requestHeaderVersion(contract, version))
    const request = version === UNSUPPORTED ? {} : readRequest(reader, contract, version)
    const call = new RequestCall(this.rooms, caller, version, clientId, this.clock.now())
    if (this.log.request) this.tell(caller, clientId, contract, version, request)
    return new Exchange(contract, handle, correlationId, request, call)
  }

  private tell(caller: Caller, clientId: string | null, { name }: Contract, version: number, request: object): void {
    this.log.request?.(() => `${caller.name} ${clientId ?? '-'} ${name} v${version} ${textOf(request)}`)
  }

  /** What the log says of a connection that is closed because of `error`. */
  reasonOf(error: unknown): string {
    if (error instanceof MalformedError) return error.message
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

const LOGGED_ELEMENTS = 10

/** A request in the log: byte strings by their size, long lists by their beginning. */
function textOf(request: unknown): string {
  return JSON.stringify(request, (_key, value: unknown) => {
    if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`
    if (!Array.isArray(value) || value.length <= LOGGED_ELEMENTS) return value
    return [...value.slice(0, LOGGED_ELEMENTS), `and ${value.length - LOGGED_ELEMENTS} more`]
  })
}
