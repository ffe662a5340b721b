/** Both lists as one, `- ` before what was expected and did not come, `+ ` before what came; null where they are equal. */
export function differenceOf(expected: readonly string[], got: readonly string[]): readonly string[] | null {
  if (expected.length === got.length && expected.every((line, i) => line === got[i])) return null
  const common = commonLengths(expected, got)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < expected.length || j < got.length) {
    const [one, other] = [expected[i], got[j]]
    if (one !== undefined && one === other) {
      lines.push(`  ${one}`)
      i++
      j++
    } else if (one !== undefined && (other === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push(`- ${one}`)
      i++
    } else {
      lines.push(`+ ${other}`)
      j++
    }
  }
  return lines
}

/** By where the rests begin: the length of the longest common subsequence of both rests. */
function commonLengths(one: readonly string[], other: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0))
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      const longest =
        one[i] === other[j]
          ? at(lengths, i + 1, j + 1) + 1
          : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1))
      lengths[i]?.splice(j, 1, longest)
    }
  }
  return lengths
}

function at(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0
}
