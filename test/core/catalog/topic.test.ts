import { describe, expect, test } from 'bun:test'
import { isInternalTopic, topicNameFault, unifiedName } from '../../../src/core/catalog/topic.ts'

describe('topic names', () => {
  test.each(['a', 'A.b_c-9', 'x'.repeat(249), '...'])('%s is one', name => {
    expect(topicNameFault(name)).toBeNull()
  })

  test.each(['', '.', '..', 'a b', 'a/b', 'ä', 'a:b', 'a#b', 'a\n', 'x'.repeat(250)])('%p is none', name => {
    expect(topicNameFault(name)).toBeString()
  })

  test("'.' and '_' are one among metrics", () => {
    expect(unifiedName('a.b_c.d')).toBe(unifiedName('a_b.c_d'))
    expect(unifiedName('a-b')).not.toBe(unifiedName('a_b'))
  })

  test('the coordinators’ topics are internal, that of the controllers is none', () => {
    const names = ['__consumer_offsets', '__transaction_state', '__share_group_state', '__cluster_metadata', 'a']
    expect(names.map(isInternalTopic)).toEqual([true, true, true, false, false])
  })
})
