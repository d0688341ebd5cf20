/** Memory, as the fuzz tests bound it. @module */
import { heapStats } from 'bun:jsc'

/** What is in use once the garbage is collected: resident memory says more of the collector than of the broker. */
export function liveBytes(): number {
  Bun.gc(true)
  return heapStats().heapSize
}
