/** Answers in JSON. @module */

/** Ends every answer, so that what `curl` prints does not run into the prompt. */
export const END = '\n'

/** The headers may name another type than `application/json`. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  const body = JSON.stringify(value) + END
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}
