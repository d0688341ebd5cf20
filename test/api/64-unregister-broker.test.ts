import { describe, expect, test } from 'bun:test'
import door, { unregisterBroker } from '../../src/api/64-unregister-broker.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { CatalogFixture } from '../core/catalog/fixture.ts'
import { ask } from './ask.ts'

const question = (brokerId: number) => ask(door, unregisterBroker, new CatalogFixture(), 0, { brokerId })

describe('UnregisterBroker', () => {
  test('this broker is there again at once', () => {
    expect(question(1)).toEqual({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: '' })
  })

  test('others are not registered', () => {
    expect(question(777)).toMatchObject({ errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED })
    expect(question(777).errorMessage).toBeString()
  })
})
