import { expect, test } from 'bun:test'
import door, { listPartitionReassignments } from '../../src/api/46-list-partition-reassignments.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask } from './ask.ts'

test.each([[null], [[]], [[{ name: 't', partitionIndexes: [0] }]]])('no reassignment is going on in %j', topics => {
  const fixture = new CatalogFixture()
  fixture.create({ name: 't' })
  expect(ask(door, listPartitionReassignments, fixture, 0, { topics })).toEqual({
    throttleTimeMs: 0,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topics: [],
  })
})
