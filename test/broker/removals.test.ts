import { describe, expect, test } from 'bun:test'
import { produceTo, World } from '../sim/world.ts'

const PARTITION_COUNT = 10

/** A world whose topic t has something in every partition, on a disk that needs 1 ms for the removal of a directory. */
function slowWorld(): World {
  const world = new World()
  world.createTopic('t', PARTITION_COUNT)
  for (let partition = 0; partition < PARTITION_COUNT; partition++) {
    produceTo(world.connect(), 't', { values: ['a'] }, partition)
  }
  world.disk.fault = (operation, path) => {
    if (operation === 'remove' && path.endsWith('-delete')) world.clock.take(1)
    return null
  }
  return world
}

function namesLeft(world: World, start: string): string[] {
  return world.disk.list('').filter(name => name.startsWith(start))
}

describe('the directories of a topic that is deleted', () => {
  test('lose their names at once and go within 2 ms of everybody’s time, then within 2 more after 1 for others', () => {
    const world = slowWorld()
    world.deleteTopic('t')
    const left = [namesLeft(world, 't-').length]
    expect(namesLeft(world, 't-').every(name => name.endsWith('-delete'))).toBe(true)
    for (let slice = 0; slice < 4; slice++) {
      world.advance(1)
      left.push(namesLeft(world, 't-').length)
    }
    expect(left).toEqual([8, 6, 4, 2, 0])
    expect(world.clock.alarmAtMs).toBeNull()
  })

  for (const stop of ['restart', 'crash'] as const) {
    test(`go after a ${stop}, those that are left, and none of the next topic of the name`, () => {
      const world = slowWorld()
      world.deleteTopic('t')
      world.createTopic('t')
      expect(namesLeft(world, 't-').length).toBeGreaterThan(1)
      world[stop]()
      world.advance(10)
      expect(namesLeft(world, 't-')).toEqual(['t-0'])
    })
  }

  test('stay where the disk refuses, which is told, and the others go', () => {
    const world = slowWorld()
    world.disk.fault = (operation, path) => (operation === 'remove' && path.startsWith('t-4') ? 'EIO' : null)
    world.deleteTopic('t')
    expect(namesLeft(world, 't-').map(name => name.slice(0, 3))).toEqual(['t-4'])
    expect(world.warnings.join()).toContain('remove failed')
  })
})
