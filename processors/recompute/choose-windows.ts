import { windowStart } from '../windows/window-spec.ts'

export interface WindowSpan {
  /** Epoch ms. */
  readonly start: number
  readonly sizeMs: number
}

export interface Candidates {
  /** Windows in [fromMs, toMs) and around it that are stored, in the order of their starts. */
  readonly stored: readonly WindowSpan[]
  /** Starts of spans of `grainMs` that have readings. Every size of a window is a multiple of it. */
  readonly grains: readonly number[]
  /** Size of windows that were never published. */
  readonly sizeMs: number
  /** Windows that start in [fromMs, toMs) are chosen. */
  readonly fromMs: number
  readonly toMs: number
}

export interface Chosen {
  /** In the order of their starts. */
  readonly windows: readonly WindowSpan[]
  /**
   * Starts of windows that are not chosen: they have readings that no stored window holds, and share time with stored
   * windows of another size. To publish them would count readings twice.
   */
  readonly overlapping: readonly number[]
}

/** The stored windows, each with its own size, and those of readings that lie in no stored window. Pure. */
export function chooseWindows({ stored, grains, sizeMs, fromMs, toMs }: Candidates): Chosen {
  const unpublished = new Set(
    grains.filter(grain => !lastBefore(stored, grain + 1, grain)).map(grain => windowStart(grain, sizeMs)),
  )
  const windows = stored.filter(({ start }) => start >= fromMs && start < toMs)
  const overlapping: number[] = []
  for (const start of unpublished) {
    if (start < fromMs || start >= toMs) continue
    if (lastBefore(stored, start + sizeMs, start)) overlapping.push(start)
    else windows.push({ start, sizeMs })
  }
  const inOrder = (left: number, right: number) => left - right
  return {
    windows: windows.sort((left, right) => inOrder(left.start, right.start)),
    overlapping: overlapping.sort(inOrder),
  }
}

/** The greatest span that all these sizes are multiples of, ms. */
export function grainOf(sizes: Iterable<number>): number {
  return [...sizes].reduce(greatestCommonDivisor, 0)
}

/** The last window that starts before `before`, if it ends after `after`. */
function lastBefore(windows: readonly WindowSpan[], before: number, after: number): WindowSpan | undefined {
  let low = 0
  let high = windows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const window = windows[middle]
    if (window && window.start < before) low = middle + 1
    else high = middle
  }
  const last = windows[low - 1]
  return last && last.start + last.sizeMs > after ? last : undefined
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right)
}
