/** What doors answer that change what the metadata log holds. @module */
import { DecisionTooLarge, type Fault, fault } from '../core/catalog/decision.ts'
import { JournalError } from '../core/machine.ts'

/** The answer of `change`, or of `refused` where the log does not take what it would write: then nothing has changed. */
export function journaled<T, U>(change: () => T, refused: (fault: Fault) => U): T | U {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    // Kafka's controller stumbles over it, resigns, and is elected again.
    if (error instanceof DecisionTooLarge) return refused(fault('UNKNOWN_SERVER_ERROR', null))
    return refused(fault('KAFKA_STORAGE_ERROR', error.message))
  }
}
