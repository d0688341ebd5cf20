import { expect, test } from 'bun:test'
import { isFailure, kafkaProblem, Problem } from '../../../src/host/rest/problem.ts'
import { ErrorCode, errorName } from '../../../src/wire/errors.ts'

test('a problem is what RFC 9457 says', async () => {
  const errors = [{ pointer: '#/messages/0', detail: 'is wrong' }]
  const response = new Problem(422, 'nothing fits', { errors }).toResponse()
  expect(response.status).toBe(422)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Unprocessable Content',
    status: 422,
    detail: 'nothing fits',
    errors,
  })
})

test('what passes says when to come again', () => {
  expect(new Problem(503, 'busy').toResponse().headers.get('retry-after')).toBe('1')
  expect(new Problem(404, 'gone').toResponse().headers.get('retry-after')).toBeNull()
})

test.each([
  ['UNKNOWN_TOPIC_OR_PARTITION', 404],
  ['GROUP_ID_NOT_FOUND', 404],
  ['INVALID_TOPIC_EXCEPTION', 422],
  ['MESSAGE_TOO_LARGE', 413],
  ['TOPIC_DELETION_DISABLED', 403],
  ['KAFKA_STORAGE_ERROR', 503],
  ['COORDINATOR_LOAD_IN_PROGRESS', 503],
  ['THROTTLING_QUOTA_EXCEEDED', 429],
  ['UNKNOWN_SERVER_ERROR', 500],
] as const)('%s is %i', async (name, status) => {
  const response = kafkaProblem(ErrorCode[name], 'why').toResponse()
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ status, kafka_error: name, kafka_code: ErrorCode[name] })
})

test('every code of Kafka but NONE is a failure with a status', () => {
  for (const code of Object.values(ErrorCode)) {
    expect(isFailure(code)).toBe(errorName(code) !== 'NONE')
    expect(kafkaProblem(code, '').status).toBeGreaterThanOrEqual(400)
  }
  expect(kafkaProblem(12345, '').status).toBe(500)
})
