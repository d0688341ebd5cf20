/** The name that was meant. @module */

/** The one of `names` that is the fewest letters away, or null where that is more than a third of `name`. */
export function nearestName(name: string, names: readonly string[]): string | null {
  let nearest: string | null = null
  let fewest = Math.floor(name.length / 3) + 1
  for (const candidate of names) {
    const changes = editDistance(name, candidate)
    if (changes >= fewest) continue
    nearest = candidate
    fewest = changes
  }
  return nearest
}

/** How many letters to put in, take out or replace (Levenshtein), row by row. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1))
    }
    above = current
  }
  return above[to.length]!
}
