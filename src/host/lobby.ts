/**
 * Receives clients while the broker is still opening: what they send waits, but for the question that every client asks
 * first, which versions are spoken here. So a client finds the broker as soon as the port is bound. New clients are told of
 * features too: these wait with the rest unless the directory is new, or it is noted that they are still as in a new one.
 * @module
 */
import { concatBytes, noBytes, viewOf } from '../base/bytes.ts'
import { notedFeatures } from '../broker/features-note.ts'
import { isSoftwareName } from '../core/client-software.ts'
import { apiVersionsAnswers } from './api-versions-answers.ts' with { type: 'macro' }
import type { EarlySettings } from './config.ts'
import { type Admit, type ClientSocket, Entrance, type Guest, ListenError } from './listen.ts'

/** What tells a directory that had a broker. */
const META_PROPERTIES = 'meta.properties'
/** More than a note has, or the epochs that it holds for. */
const MOST_FILE_BYTES = 4096
/** Who has sent more than this is read again when the broker is there. */
const MOST_BYTES = 64 * 1024
/** What the lowest limit on open files leaves for clients; whoever else comes before the broker has to come again. */
const MOST_GUESTS = 64

export class Lobby {
  readonly entrance: Entrance
  private readonly guests = new Set<LobbyGuest>()

  /** @throws ListenError */
  constructor(settings: EarlySettings) {
    this.entrance = new Entrance(settings, '--port', socket => {
      if (this.guests.size === MOST_GUESTS && !this.turnAwayEnded()) {
        socket.terminate()
        return undefined
      }
      const guest = new LobbyGuest(socket, settings, () => this.guests.delete(guest))
      this.guests.add(guest)
      return guest
    })
  }

  /** Makes room: who has said all may have given up waiting. False where everybody still may say more. */
  private turnAwayEnded(): boolean {
    for (const guest of this.guests) {
      if (!guest.hasEnded) continue
      this.guests.delete(guest)
      guest.turnAway()
      return true
    }
    return false
  }

  /** The broker is there: hands over those who wait, with what they have sent. */
  empty(admit: Admit): void {
    for (const guest of this.guests) guest.moveTo(admit)
    this.guests.clear()
  }
}

/** Null where the address cannot be listened on: who asks again is told why. */
export function openLobby(settings: EarlySettings): Lobby | null {
  try {
    return new Lobby(settings)
  } catch (error) {
    if (error instanceof ListenError) return null
    throw error
  }
}

class LobbyGuest implements Guest {
  private unanswered: Uint8Array = noBytes
  private isAnswered = false
  /** The client sends nothing more. */
  hasEnded = false

  constructor(
    private readonly socket: ClientSocket,
    private readonly settings: EarlySettings,
    readonly closed: () => void,
  ) {}

  received(chunk: Uint8Array): void {
    this.unanswered = this.unanswered.length === 0 ? chunk : concatBytes([this.unanswered, chunk])
    // One answer is all that a socket is sure to take at once: who asks again has time.
    if (!this.isAnswered) this.answer()
    if (this.unanswered.length > MOST_BYTES) this.socket.pause()
  }

  private answer(): void {
    const question = readApiVersions(this.unanswered)
    const answer = question && answerTo(question, this.settings)
    if (!answer) return
    this.isAnswered = true
    this.unanswered = this.unanswered.subarray(question.sizeBytes)
    this.socket.write(answer)
  }

  writable(): void {}

  ended(): void {
    this.hasEnded = true
    if (this.unanswered.length === 0) this.socket.end()
  }

  turnAway(): void {
    this.socket.terminate()
  }

  moveTo(admit: Admit): void {
    const { socket, unanswered } = this
    const next = admit(socket)
    socket.data = next
    if (unanswered.length > MOST_BYTES) socket.resume()
    if (unanswered.length > 0) next?.received(unanswered)
    if (this.hasEnded) next?.ended()
  }
}

/** The epoch of the features, if they are known to be those of a new directory; else null. */
function epochOfFeatures(settings: EarlySettings): string | null {
  const features = isNew(settings) ? featuresOfNew : notedFeatures(path => textOf(settings, path))
  return features?.levels === featuresOfNew.levels ? features.epoch : null
}

/** Whether the broker will find nothing. */
function isNew({ isEphemeral, dataDirectory }: EarlySettings): boolean {
  // A file that is not there has no size. Asked in this way it takes no module.
  return isEphemeral || Bun.file(`${dataDirectory}/${META_PROPERTIES}`).size === 0
}

/** Of a small file in the data directory; '' where it is none, or cannot be mapped. */
function textOf({ dataDirectory }: EarlySettings, path: string): string {
  const absolute = `${dataDirectory}/${path}`
  if (Bun.file(absolute).size > MOST_FILE_BYTES) return ''
  try {
    // Mapped: this takes no module.
    const bytes = Bun.mmap(absolute)
    return textIn(bytes, 0, bytes.length)
  } catch {
    return ''
  }
}

const { features: featuresOfNew, frames, epoch: epochOfFrames } = apiVersionsAnswers()

const LENGTH_BYTES = 4
/** Of the length, key, version, correlation id and client id's length. */
const HEAD_BYTES = 14
const API_VERSIONS_KEY = 18
const FIRST_FLEXIBLE = 3
const FIRST_WITH_FEATURES = 3

interface Question {
  readonly version: number
  readonly correlationId: number
  /** Of the whole frame. */
  readonly sizeBytes: number
}

/**
 * The ApiVersions request at the beginning of `bytes`; null where another one stands there, or not all of it, or one that
 * is not to be answered in the plain way.
 */
function readApiVersions(bytes: Uint8Array): Question | null {
  if (bytes.length < HEAD_BYTES) return null
  const view = viewOf(bytes)
  const sizeBytes = LENGTH_BYTES + view.getInt32(0)
  const version = view.getInt16(6)
  if (view.getInt16(4) !== API_VERSIONS_KEY || !(version in frames) || bytes.length < sizeBytes) return null
  const clientIdLength = view.getInt16(12)
  let bodyStart = HEAD_BYTES
  // Without `Math`: the runtime takes 0.15 ms to make it, at the first function that names it.
  if (clientIdLength > 0) bodyStart += clientIdLength
  if (clientIdLength < -1 || bodyStart > sizeBytes) return null
  const body = bytes.subarray(bodyStart, sizeBytes)
  const isPlain = version < FIRST_FLEXIBLE ? body.length === 0 : isNaming(body)
  return isPlain ? { version, correlationId: view.getInt32(8), sizeBytes } : null
}

/** From here on a length takes more than a byte. */
const LONG = 0x80

/** No tags, the client's name and version as compact strings, and no tags. */
function isNaming(body: Uint8Array): boolean {
  const nameEnd = 1 + (body[1] ?? 0)
  const versionEnd = nameEnd + (body[nameEnd] ?? 0)
  const isWhole = body[0] === 0 && body[versionEnd] === 0 && body.length === versionEnd + 1 && versionEnd < LONG
  return isWhole && isSoftwareName(textIn(body, 2, nameEnd)) && isSoftwareName(textIn(body, nameEnd + 1, versionEnd))
}

/** Of Latin-1. */
function textIn(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]!)
  return text
}

/** Null where only the broker knows it. */
function answerTo({ version, correlationId }: Question, settings: EarlySettings): Uint8Array | null {
  const epoch = version < FIRST_WITH_FEATURES ? epochOfFrames : epochOfFeatures(settings)
  if (epoch === null) return null
  const answer = Uint8Array.fromHex(frames[version]!.replace(epochOfFrames, epoch))
  viewOf(answer).setInt32(LENGTH_BYTES, correlationId)
  return answer
}
