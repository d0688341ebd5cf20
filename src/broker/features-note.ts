/**
 * A note of the features in force, in a file that Kafka passes over: who asks for them as soon as the port is bound is told
 * before the metadata log is read. It is good until another broker has led the metadata log: each leader begins an epoch.
 * @module
 */
import { type Disk, DiskError } from '../log/disk.ts'

export const FEATURES_NOTE = '.strikemq_features'
export const METADATA_EPOCHS = '__cluster_metadata-0/leader-epoch-checkpoint'

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** The features as `featuresLine` has them; null where none are noted. `read` gives the text of a file, '' for none. */
export function notedFeatures(read: (path: string) => string): string | null {
  const note = read(FEATURES_NOTE)
  const epochs = read(METADATA_EPOCHS)
  const features = note.slice(0, note.indexOf('\n'))
  return epochs !== '' && note === noteOf(features, epochs) ? features : null
}

/** Unless the same ones are noted, in whatever epoch that was. Where the disk refuses there is no note: all works without. */
export function noteFeatures(disk: Disk, features: string): void {
  try {
    const read = (path: string) => text.decode(disk.readFile(path) ?? undefined)
    if (levelsIn(notedFeatures(read)) === levelsIn(features)) return
    disk.writeFile(FEATURES_NOTE, utf8.encode(noteOf(features, read(METADATA_EPOCHS))))
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
  }
}

/** To be called before they change. @throws DiskError */
export function forgetFeatures(disk: Disk): void {
  disk.remove(FEATURES_NOTE)
}

function noteOf(features: string, epochs: string): string {
  return `${features}\n${epochs}`
}

/** What follows the epoch. */
export function levelsIn(features: string | null): string | undefined {
  return features?.slice(features.indexOf(' '))
}
