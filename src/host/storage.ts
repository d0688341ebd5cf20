/** Where a broker keeps what it has: a directory that nobody else uses meanwhile, or memory. @module */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { readIdentity } from '../broker/format.ts'
import type { Disk } from '../log/disk.ts'
import { DEFAULT_NODE_ID, type Settings, UsageError } from './config.ts'
import { FileDisk } from './file-disk.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'
import { MemoryDisk } from './memory-disk.ts'

export interface Storage {
  readonly disk: Disk
  /** The id that the directory has, else the one that is asked for. */
  readonly nodeId: number
  /** Held until the process ends, which frees it. */
  readonly lock: DirectoryLock | null
}

/** What Kafka's log.dirs is where there is no directory. */
const IN_MEMORY = 'memory'

/** The data directory as an absolute path, or a word for memory. */
export function placeOf({ isEphemeral, dataDirectory }: Settings): string {
  return isEphemeral ? IN_MEMORY : resolve(dataDirectory)
}

/** The node id of the directory, or null where it has none, or none that can be read. Changes nothing. */
export function keptNodeId(settings: Settings): number | null {
  try {
    return settings.isEphemeral ? null : (readIdentity(new FileDisk(placeOf(settings)))?.nodeId ?? null)
  } catch {
    return null
  }
}

/**
 * Makes the directory if it is missing, and locks it. Throws DirectoryHeldError, UsageError where the directory belongs to
 * another node than the one asked for, and what reading and writing the directory throws.
 */
export function openStorage(settings: Settings): Storage {
  const place = placeOf(settings)
  if (settings.isEphemeral) {
    return { disk: new MemoryDisk(settings.memoryBytes), nodeId: settings.nodeId ?? DEFAULT_NODE_ID, lock: null }
  }
  mkdirSync(place, { recursive: true })
  const lock = lockDirectory(place)
  const disk = new FileDisk(place)
  const kept = readIdentity(disk)?.nodeId ?? null
  if (kept !== null && settings.nodeId !== null && kept !== settings.nodeId) {
    throw new UsageError(`node.id is to be ${settings.nodeId}, but data directory ${place} belongs to node ${kept}`)
  }
  return { disk, nodeId: kept ?? settings.nodeId ?? DEFAULT_NODE_ID, lock }
}
