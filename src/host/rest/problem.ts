/** What goes wrong, as HTTP says it: problem details of RFC 9457. @module */
import { type ErrorName, errorName } from '../../wire/errors.ts'
import { json } from './json.ts'

/** One thing at fault in a request, and where it stands. */
export interface Fault {
  readonly detail: string
  /** In the body: a JSON pointer (RFC 6901), as in '#/messages/0/value'. */
  readonly pointer?: string
  /** In the path or the query. */
  readonly parameter?: string
  /** Of the request, in small letters. */
  readonly header?: string
}

/** Members of a problem beside those that every one has. */
export interface Members {
  readonly errors?: readonly Fault[]
  /** What Kafka calls it. */
  readonly kafka_error?: string
  readonly kafka_code?: number
  /** Of messages that were to be written: what became of each. */
  readonly results?: readonly object[]
}

const TITLES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const
export type Status = keyof typeof TITLES

/** Statuses that pass: whoever asks again a second later may be served. */
const RETRY_AFTER: Partial<Record<Status, string>> = { 429: '1', 503: '1' }

/** Ends a request with this answer. */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly status: Status,
    detail: string,
    readonly members: Members = {},
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
  }

  toResponse(): Response {
    const { status, message: detail, members } = this
    const body = { type: 'about:blank', title: TITLES[status], status, detail, ...members }
    const retryAfter = RETRY_AFTER[status]
    const headers = {
      'content-type': 'application/problem+json',
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
      ...this.headers,
    }
    return json(body, status, headers)
  }
}

/** The statuses of Kafka's errors. What is not here is nobody's fault but ours. */
const STATUSES: Partial<Record<ErrorName, Status>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  UNKNOWN_TOPIC_ID: 404,
  GROUP_ID_NOT_FOUND: 404,
  OFFSET_OUT_OF_RANGE: 404,
  TOPIC_AUTHORIZATION_FAILED: 403,
  GROUP_AUTHORIZATION_FAILED: 403,
  CLUSTER_AUTHORIZATION_FAILED: 403,
  TOPIC_DELETION_DISABLED: 403,
  MESSAGE_TOO_LARGE: 413,
  RECORD_LIST_TOO_LARGE: 413,
  INVALID_TOPIC_EXCEPTION: 422,
  INVALID_GROUP_ID: 422,
  INVALID_RECORD: 422,
  INVALID_TIMESTAMP: 422,
  INVALID_REQUEST: 422,
  POLICY_VIOLATION: 422,
  THROTTLING_QUOTA_EXCEEDED: 429,
  COORDINATOR_LOAD_IN_PROGRESS: 503,
  COORDINATOR_NOT_AVAILABLE: 503,
  NOT_COORDINATOR: 503,
  KAFKA_STORAGE_ERROR: 503,
  LEADER_NOT_AVAILABLE: 503,
  NOT_LEADER_OR_FOLLOWER: 503,
  NOT_ENOUGH_REPLICAS: 503,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 503,
  REQUEST_TIMED_OUT: 503,
}
const statuses = new Map<string, Status>(Object.entries(STATUSES))

export function isFailure(code: number): boolean {
  return errorName(code) !== 'NONE'
}

/** What a door's error code is in HTTP. */
export function kafkaProblem(code: number, detail: string, members: Members = {}): Problem {
  const name = errorName(code)
  return new Problem(statuses.get(name) ?? 500, detail, { ...members, kafka_error: name, kafka_code: code })
}
