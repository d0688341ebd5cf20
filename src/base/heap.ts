/** A binary heap: the least element first. @module */

export class Heap<T> {
  private readonly elements: T[] = []

  constructor(private readonly isLess: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.elements.length
  }
  get least(): T | undefined {
    return this.elements[0]
  }

  push(element: T): void {
    const { elements } = this
    let at = elements.push(element) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.isLess(element, elements[parent]!)) break
      elements[at] = elements[parent]!
      at = parent
    }
    elements[at] = element
  }

  pop(): T | undefined {
    const { elements } = this
    const least = elements[0]
    const last = elements.pop()
    if (elements.length === 0 || last === undefined) return least
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= elements.length) break
      if (child + 1 < elements.length && this.isLess(elements[child + 1]!, elements[child]!)) child++
      if (!this.isLess(elements[child]!, last)) break
      elements[at] = elements[child]!
      at = child
    }
    elements[at] = last
    return least
  }
}
