/** What the decisions of the catalog have in common. @module */
import { ErrorCode } from '../../wire/errors.ts'
import { type Decision, JournalError } from '../machine.ts'
import type { CatalogCommand, CatalogEffect, CatalogReply, Outcome } from './commands.ts'
import type { MetadataRecord } from './metadata-record.ts'

export type CatalogDecision = Decision<MetadataRecord, CatalogReply, CatalogCommand, CatalogEffect>

/** What one decision may write (QuorumController.MAX_RECORDS_PER_USER_OP). */
export const MAX_RECORDS = 10_000

/** What a decision would write is more than the journal takes at once, in bytes. */
export class DecisionTooLarge extends JournalError {}

/** Why something is not done. */
export type Fault = Outcome

export function fault(name: keyof typeof ErrorCode, errorMessage: string | null): Fault {
  return { errorCode: ErrorCode[name], errorMessage }
}

export const noFault: Fault = { errorCode: ErrorCode.NONE, errorMessage: null }
