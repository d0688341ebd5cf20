import { describe, expect, test } from 'bun:test'
import { subscribedTopics } from '../../../../src/core/groups/classic/subscription.ts'
import { bytes, subscription } from '../fixture.ts'

describe('the topics that consumers are subscribed to', () => {
  test('are those of all', () => {
    expect(subscribedTopics([subscription('a', 'b'), subscription('b', 'c')])).toEqual(new Set(['a', 'b', 'c']))
    expect(subscribedTopics([])).toEqual(new Set())
  })

  test('are read of any version: later ones add to it', () => {
    const later = Uint8Array.from([...subscription('a'), 0, 0, 0, 0])
    later[1] = 9
    expect(subscribedTopics([later])).toEqual(new Set(['a']))
  })

  test('are not known where one says nothing, or nothing that can be read', () => {
    const negative = Uint8Array.from([255, 255, 0, 0, 0, 0, 255, 255, 255, 255])
    for (const broken of [null, bytes(''), bytes('meta'), subscription('a').subarray(0, 6), negative])
      expect(subscribedTopics([subscription('a'), broken])).toBeNull()
  })
})
