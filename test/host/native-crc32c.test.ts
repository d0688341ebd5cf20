import { expect, test } from 'bun:test'
import { compileCrc32c } from '../../src/host/native-crc32c.ts'
import { portableCrc32c } from '../../src/wire/records/crc32c.ts'
import { SeededRandom } from '../sim/random.ts'

const native = compileCrc32c()

test('the CPU’s CRC-32C is compiled where the CPU has it', async () => {
  const hasIt =
    process.arch === 'x64' &&
    /\bsse4_2\b/.test(
      await Bun.file('/proc/cpuinfo')
        .text()
        .catch(() => ''),
    )
  expect(native !== null || !hasIt).toBe(true)
})

test('both CRC-32Cs are the same, whatever the length and wherever the bytes lie', () => {
  const bytes = new SeededRandom(7).bytes(70_000)
  const lengths = [...Array(70).keys(), 255, 256, 257, 1023, 3071, 3072, 3073, 6144, 9300, 65_535]
  const other = native ?? portableCrc32c
  for (const length of lengths) {
    for (let start = 0; start < 9; start++) {
      expect(other(bytes, start, start + length)).toBe(portableCrc32c(bytes, start, start + length))
      const view = bytes.subarray(start, start + length)
      expect(other(view, 0, length)).toBe(portableCrc32c(bytes, start, start + length))
    }
  }
  expect(other(new TextEncoder().encode('123456789'), 0, 9)).toBe(0xe3069283)
})
