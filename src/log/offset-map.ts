/**
 * The last offset of every key in a stretch of a log, for its compaction. Kafka keeps a hash of each key (SkimpyOffsetMap);
 * here the keys themselves are kept, so that no two are ever taken for one.
 * @module
 */

/** Entries lie one after the other in chunks, so that growing copies nothing; a longer key has a chunk of its own. */
const CHUNK_BYTES = 256 * 1024
const CHUNK_WORDS = CHUNK_BYTES / 4
/** An entry, in words: hash, length of the key, offset in two halves, key. */
const HASH = 0
const LENGTH = 1
const OFFSET = 2
const KEY = 4

/** Tables by the first bits of the hash: growing one of them is quickly done. */
const TABLE_BITS = 8
const LEAST_SLOTS = 8

const TWO_32 = 2 ** 32

export class OffsetMap {
  /** Up to here, this offset included, everything was entered: -1 for nothing. */
  latestOffset = -1
  /** Keys. */
  size = 0
  /** Memory that is allocated, apart from some hundred bytes. */
  allocatedBytes = 0

  private readonly tables: (Table | undefined)[] = []
  private readonly chunks: { readonly words: Int32Array; readonly bytes: Uint8Array }[] = []
  /** Words of the last chunk that are taken. */
  private takenWords = CHUNK_WORDS

  /** `seed` makes sure that nobody can choose keys that collide. */
  constructor(
    readonly maxBytes: number,
    private readonly seed: number,
  ) {}

  /** Whether nothing more should be entered: the bound may be exceeded by what is entered at a time. */
  get isFull(): boolean {
    return this.allocatedBytes >= this.maxBytes
  }

  /** Enters the offset of the key in `bytes[start..start + length)`, in place of an earlier one. */
  put(bytes: Uint8Array, start: number, length: number, offset: number): void {
    const hash = hashOf(bytes, start, length, this.seed)
    const table = this.tableOf(hash)
    const slot = this.find(table, hash, bytes, start, length)
    let entry = table.slots[slot]!
    if (entry === 0) {
      entry = this.add(hash, bytes, start, length)
      table.slots[slot] = entry
      this.size++
      if (++table.count * 2 > table.slots.length) this.grow(table)
    }
    const words = this.wordsOf(entry)
    const at = wordIn(entry) + OFFSET
    words[at] = Math.floor(offset / TWO_32)
    words[at + 1] = offset
  }

  /** The offset of the key in `bytes[start..start + length)`, or -1. */
  get(bytes: Uint8Array, start: number, length: number): number {
    const hash = hashOf(bytes, start, length, this.seed)
    const table = this.tables[hash >>> (32 - TABLE_BITS)]
    if (table === undefined) return -1
    const entry = table.slots[this.find(table, hash, bytes, start, length)]!
    if (entry === 0) return -1
    const words = this.wordsOf(entry)
    const at = wordIn(entry) + OFFSET
    return words[at]! * TWO_32 + (words[at + 1]! >>> 0)
  }

  /** The slot of a key, or the empty one where it would be. */
  private find({ slots }: Table, hash: number, bytes: Uint8Array, start: number, length: number): number {
    const mask = slots.length - 1
    let slot = hash & mask
    while (slots[slot] !== 0 && !this.isKey(slots[slot]!, hash, bytes, start, length)) slot = (slot + 1) & mask
    return slot
  }

  private isKey(entry: number, hash: number, bytes: Uint8Array, start: number, length: number): boolean {
    const words = this.wordsOf(entry)
    const at = wordIn(entry)
    if (words[at + HASH] !== hash || words[at + LENGTH] !== length) return false
    const keys = this.bytesOf(entry)
    const key = (at + KEY) * 4
    for (let index = 0; index < length; index++) if (keys[key + index] !== bytes[start + index]) return false
    return true
  }

  private tableOf(hash: number): Table {
    const index = hash >>> (32 - TABLE_BITS)
    const known = this.tables[index]
    if (known !== undefined) return known
    const table = { slots: new Int32Array(LEAST_SLOTS), count: 0 }
    this.allocatedBytes += table.slots.byteLength
    this.tables[index] = table
    return table
  }

  private grow(table: Table): void {
    const before = table.slots
    const slots = new Int32Array(before.length * 2)
    const mask = slots.length - 1
    for (const entry of before) {
      if (entry === 0) continue
      let slot = this.wordsOf(entry)[wordIn(entry) + HASH]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = entry
    }
    table.slots = slots
    this.allocatedBytes += slots.byteLength - before.byteLength
  }

  /** Makes an entry and returns what finds it: the number of its first word, counted from 1. */
  private add(hash: number, bytes: Uint8Array, start: number, length: number): number {
    const neededWords = KEY + Math.ceil(length / 4)
    if (this.takenWords + neededWords > CHUNK_WORDS) this.addChunk(Math.max(neededWords, CHUNK_WORDS))
    const entry = (this.chunks.length - 1) * CHUNK_WORDS + this.takenWords + 1
    const at = this.takenWords
    this.takenWords += neededWords
    const words = this.wordsOf(entry)
    words[at + HASH] = hash
    words[at + LENGTH] = length
    this.bytesOf(entry).set(bytes.subarray(start, start + length), (at + KEY) * 4)
    return entry
  }

  private addChunk(words: number): void {
    const buffer = new ArrayBuffer(words * 4)
    this.chunks.push({ words: new Int32Array(buffer), bytes: new Uint8Array(buffer) })
    this.allocatedBytes += buffer.byteLength
    this.takenWords = 0
  }

  private wordsOf(entry: number): Int32Array {
    return this.chunks[chunkOf(entry)]!.words
  }
  private bytesOf(entry: number): Uint8Array {
    return this.chunks[chunkOf(entry)]!.bytes
  }
}

/** An open hash table of entries, 0 for none; its size is a power of two, and no more than half of it is taken. */
interface Table {
  slots: Int32Array
  count: number
}

function chunkOf(entry: number): number {
  return Math.floor((entry - 1) / CHUNK_WORDS)
}
function wordIn(entry: number): number {
  return (entry - 1) % CHUNK_WORDS
}

/** MurmurHash3 of 32 bits, signed. */
export function hashOf(bytes: Uint8Array, start: number, length: number, seed: number): number {
  let hash = seed | 0
  const whole = start + (length & ~3)
  let position = start
  for (; position < whole; position += 4) {
    const word =
      bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16) | (bytes[position + 3]! << 24)
    hash = mixed(hash ^ scrambled(word))
  }
  let rest = 0
  for (let index = start + length - 1; index >= whole; index--) rest = (rest << 8) | bytes[index]!
  hash ^= scrambled(rest) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}
function mixed(hash: number): number {
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
}
