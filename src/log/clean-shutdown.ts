/**
 * What a clean shutdown leaves in the data directory: Kafka's marker (CleanShutdownFileHandler), and beside it a note for
 * the next start, which Kafka passes over.
 * @module
 */
import type { Disk } from './disk.ts'

export const CLEAN_SHUTDOWN_MARKER = '.kafka_cleanshutdown'
export const CLEAN_SHUTDOWN_NOTE = '.strikemq_cleanshutdown'

/** Without the epoch of a broker: those that Kafka leaves have one. */
const MARKER = '{"version":0,"brokerEpoch":-1}'

const utf8 = new TextEncoder()

/** Whether the last shutdown was clean. The marker must go before the first write of the new run. @throws DiskError */
export function hasCleanShutdownMarker(disk: Disk): boolean {
  return disk.size(CLEAN_SHUTDOWN_MARKER) !== null
}

/** Written last of all, when every log is closed, with a line for `cleanShutdownNote`. @throws DiskError */
export function writeCleanShutdownMarker(disk: Disk, note: string): void {
  disk.writeFile(CLEAN_SHUTDOWN_NOTE, utf8.encode(note))
  disk.writeFile(CLEAN_SHUTDOWN_MARKER, utf8.encode(MARKER))
}

/** @throws DiskError */
export function removeCleanShutdownMarker(disk: Disk): void {
  disk.remove(CLEAN_SHUTDOWN_MARKER)
}

/**
 * The note of the last shutdown; null where that was not clean, or not of this program: then who has written since is not
 * known. `read` gives the text of a file, or null where there is none.
 */
export function cleanShutdownNote(read: (name: string) => string | null): string | null {
  return read(CLEAN_SHUTDOWN_MARKER) === MARKER ? read(CLEAN_SHUTDOWN_NOTE) : null
}
