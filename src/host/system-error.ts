/** What the system says when it refuses. @module */

/** The system's name of an error, as in 'ENOSPC', or null where `error` does not come from the system. */
export function systemCodeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  return error.code
}
