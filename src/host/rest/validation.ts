/** Checks what clients send against schemas, and names what is at fault. @module */
import * as z from 'zod/mini'
import { type Fault, Problem } from './problem.ts'

/** Faults that an answer names; there may be as many as a body has messages. */
export const MAX_FAULT_COUNT = 20

/** A body that fits `schema`. @throws Problem 422 */
export function validBody<T extends z.ZodMiniType>(schema: T, body: unknown): z.output<T> {
  return valid(schema, body, path => ({ pointer: pointerTo(path) }))
}

/** Parameters of a query that fit `schema`. @throws Problem 422 */
export function validQuery<T extends z.ZodMiniType>(schema: T, query: Readonly<Record<string, string>>): z.output<T> {
  return valid(schema, query, path => ({ parameter: String(path[0]) }))
}

type Path = readonly PropertyKey[]
type PlaceOf = (path: Path) => Omit<Fault, 'detail'>

function valid<T extends z.ZodMiniType>(schema: T, value: unknown, placeOf: PlaceOf): z.output<T> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const errors = error.issues.slice(0, MAX_FAULT_COUNT).flatMap(issue => faultsOf(issue, placeOf))
  const [first] = errors
  throw new Problem(422, first ? `${first.parameter ?? first.pointer} ${first.detail}` : 'the request is invalid', {
    errors,
  })
}

function faultsOf(issue: z.core.$ZodIssue, placeOf: PlaceOf): Fault[] {
  if (issue.code !== 'unrecognized_keys') return [{ ...placeOf(issue.path), detail: issue.message }]
  const known = issue.keys.slice(0, MAX_FAULT_COUNT)
  return known.map(key => ({ ...placeOf([...issue.path, key]), detail: 'is not known' }))
}

/** RFC 6901, as a fragment. */
function pointerTo(path: Path): string {
  return ['#', ...path.map(step => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/')
}

/** What a field says that is missing or of another type. */
export function mustBe(what: string): { error(issue: { readonly input?: unknown }): string } {
  return { error: ({ input }) => (input === undefined ? 'is missing' : `must be ${what}`) }
}

/** A whole number in a query, from 0 to `max`. */
export function wholeNumber(max: number) {
  const what = `must be a whole number from 0 to ${max}`
  const digits = z.string().check(z.regex(/^\d{1,16}$/, what))
  return z.pipe(z.pipe(digits, z.transform(Number)), z.number().check(z.maximum(max, what)))
}
