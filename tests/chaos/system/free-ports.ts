import { isFree } from '../../../deploy/local/setup/ports.ts'
import { randomInSlot } from '../../port-slot.ts'

/** Below the range that systems take client ports from: a process must find its port free again after every fault. */
const lowest = 12_000
const highest = 32_000
const host = '127.0.0.1'

/**
 * So many ports in a row on which nothing listens, the first of them.
 * @param random a number in [0, 1)
 */
export async function freePorts(count: number, random: () => number = randomInSlot): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = lowest + Math.floor(random() * (highest - lowest - count))
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(host, first + i)))
    if (free.every(Boolean)) return first
  }
  throw new Error(`found no ${count} free ports in a row`)
}
