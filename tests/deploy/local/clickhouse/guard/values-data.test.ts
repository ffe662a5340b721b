import { expect, it } from 'vitest'
import { watchValues } from '../../../../../deploy/local/clickhouse/guard/values-data.ts'

async function mayCompute(...chunks: readonly string[]): Promise<boolean> {
  const watched = watchValues(
    (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk)
    })(),
  )
  let text = ''
  for await (const chunk of watched.data) text += Buffer.from(chunk).toString()
  expect(text).toBe(chunks.join(''))
  return watched.mayCompute()
}

it('computes expressions that can reach nothing', async () => {
  expect(await mayCompute("(now(), '济南'),", " (1 + 2, concat('a', 'b'))")).toBe(true)
})

it.each([
  ['(fi', "le('x'))"],
  ['((SELECT 1))'],
  ['(`a`(1))'],
  ['("a"(1))'],
  ['(“a”(1))'],
  ['({f: Identifier})'],
  [`(${' '.repeat(2 ** 20)})`],
])('not %s', async (...chunks) => {
  expect(await mayCompute(...chunks)).toBe(false)
})
