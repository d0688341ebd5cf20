/** Which partition of an internal topic keeps what belongs to a group id or a transactional id. @module */

const INT_MIN = -(2 ** 31)

/** Kafka's `Utils.abs(key.hashCode()) % partitionCount`: the same key is in the same partition there as here. */
export function coordinatorPartition(key: string, partitionCount: number): number {
  const hash = javaHashCode(key)
  return (hash === INT_MIN ? 0 : Math.abs(hash)) % partitionCount
}

/** Java's String.hashCode: over UTF-16 units, in 32 bits that wrap. */
function javaHashCode(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}
