/**
 * A note of the features in force, in a file that Kafka passes over: who asks for them as soon as the port is bound is told
 * before the metadata log is read. It lies in that log's directory and holds for as long as nobody else has led the log:
 * Apache Kafka begins an epoch whenever it does. Like what the log holds, it may be an older one after a loss of power.
 * @module
 */
import type { FeaturesInForce } from '../core/catalog/features.ts'
import { type Disk, DiskError } from '../log/disk.ts'

// Spelled out, and nothing made here: whoever reads the note waits for this to be loaded.
export const FEATURES_NOTE = '__cluster_metadata-0/.strikemq_features'
export const METADATA_EPOCHS = '__cluster_metadata-0/leader-epoch-checkpoint'

/** What the note says: `000000000000002a metadata.version=30 …` */
export interface NotedFeatures {
  /** 16 hexadecimal digits. */
  readonly epoch: string
  /** Each feature with its level, in the order of the log. */
  readonly levels: string
}

const EPOCH_DIGITS = 16

export function notedOf({ finalized, epoch }: FeaturesInForce): NotedFeatures {
  const levels = finalized.map(({ name, level }) => `${name}=${level}`).join(' ')
  return { epoch: epoch.toString(16).padStart(EPOCH_DIGITS, '0'), levels }
}

/** Null where nothing is noted that holds. `read` gives the text of a file, '' for none. */
export function notedFeatures(read: (path: string) => string): NotedFeatures | null {
  const note = read(FEATURES_NOTE)
  const epochs = read(METADATA_EPOCHS)
  const features = { epoch: note.slice(0, EPOCH_DIGITS), levels: note.slice(EPOCH_DIGITS + 1, note.indexOf('\n')) }
  return epochs !== '' && note === noteOf(features, epochs) ? features : null
}

/** Unless the same ones are noted, in whatever epoch that was. Where the disk refuses there is no note: all works without. */
export function noteFeatures(disk: Disk, features: FeaturesInForce): void {
  const noted = notedOf(features)
  try {
    const read = (path: string) => new TextDecoder().decode(disk.readFile(path) ?? undefined)
    if (notedFeatures(read)?.levels === noted.levels) return
    disk.writeFile(FEATURES_NOTE, new TextEncoder().encode(noteOf(noted, read(METADATA_EPOCHS))))
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** To be called before they change. @throws DiskError */
export function forgetFeatures(disk: Disk): void {
  disk.remove(FEATURES_NOTE)
}

function noteOf({ epoch, levels }: NotedFeatures, epochs: string): string {
  return `${epoch} ${levels}\n${epochs}`
}
