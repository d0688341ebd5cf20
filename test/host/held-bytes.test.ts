import { expect, test } from 'bun:test'
import { HeldBytes, type Holder } from '../../src/host/held-bytes.ts'

const MIB = 1024 * 1024

class FakeHolder implements Holder {
  isEvicted = false
  evict(): void {
    this.isEvicted = true
  }
}

function holders(count: number): FakeHolder[] {
  return Array.from({ length: count }, () => new FakeHolder())
}

test('nobody is evicted up to the bound, then who has not moved for longest, and no more than needed', () => {
  const held = new HeldBytes(10)
  const [a, b, c, d] = holders(4) as [FakeHolder, FakeHolder, FakeHolder, FakeHolder]
  held.note(a, 4)
  held.note(b, 3)
  held.note(c, 3)
  held.note(a, 4)
  expect([a, b, c].map(of => of.isEvicted)).toEqual([false, false, false])
  held.note(d, 2)
  expect([a, b, c, d].map(of => of.isEvicted)).toEqual([false, true, false, false])
})

test('what is given up is free again', () => {
  const held = new HeldBytes(10)
  const [a, b] = holders(2) as [FakeHolder, FakeHolder]
  held.note(a, 9)
  held.note(a, 0)
  held.note(b, 10)
  expect(a.isEvicted).toBe(false)
  held.note(b, 0)
  held.note(a, 10)
  expect(b.isEvicted).toBe(false)
})

test('one that holds too much alone goes itself, after the others', () => {
  const held = new HeldBytes(10)
  const [a, b] = holders(2) as [FakeHolder, FakeHolder]
  held.note(a, 1)
  held.note(b, 11)
  expect([a.isEvicted, b.isEvicted]).toEqual([true, true])
  held.note(a, 10)
})

test('answers have half of the memory, less what is held, and never too little to go on', () => {
  const held = new HeldBytes(20 * MIB)
  const [a] = holders(1) as [FakeHolder]
  expect(held.roomBytes).toBe(10 * MIB)
  held.note(a, 3 * MIB)
  expect(held.roomBytes).toBe(7 * MIB)
  held.note(a, 20 * MIB)
  expect(held.roomBytes).toBe(MIB)
})

test('garbage is collected each time that much has come to be held, so that it never grows with what is alive', () => {
  let collections = 0
  const held = new HeldBytes(1024 * MIB, () => collections++)
  const [a] = holders(1) as [FakeHolder]
  for (let mib = 1; mib <= 64; mib++) held.note(a, mib * MIB)
  expect(collections).toBe(0)
  for (let round = 0; round < 66; round++) {
    held.note(a, 0)
    held.note(a, MIB)
  }
  expect(collections).toBe(2)
})
