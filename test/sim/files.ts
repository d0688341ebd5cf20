/** The files of a simulated disk, found by path and by directory. @module */

export class Files<T> {
  private readonly byDirectory = new Map<string, Map<string, T>>()

  get(path: string): T | undefined {
    return this.byDirectory.get(directoryOf(path))?.get(path)
  }
  set(path: string, file: T): void {
    const directory = directoryOf(path)
    const files = this.byDirectory.get(directory)
    if (files) files.set(path, file)
    else this.byDirectory.set(directory, new Map([[path, file]]))
  }
  delete(path: string): void {
    const directory = directoryOf(path)
    const files = this.byDirectory.get(directory)
    files?.delete(path)
    if (files?.size === 0) this.byDirectory.delete(directory)
  }

  /** A file, or all files in a directory; false where there is none. */
  rename(from: string, to: string): boolean {
    const paths = this.get(from) === undefined ? this.pathsIn(from) : [from]
    for (const path of paths) {
      const file = this.get(path)
      this.delete(path)
      if (file !== undefined) this.set(to + path.slice(from.length), file)
    }
    return paths.length > 0
  }

  /** The paths of the files in a directory. */
  pathsIn(directory: string): string[] {
    return [...(this.byDirectory.get(directory)?.keys() ?? [])]
  }
  /** Directories that hold files; '' is the root. */
  get directories(): Iterable<string> {
    return this.byDirectory.keys()
  }

  *[Symbol.iterator](): Generator<[path: string, file: T]> {
    for (const files of this.byDirectory.values()) yield* files
  }
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
