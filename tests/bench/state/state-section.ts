import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Section } from '../section.ts'
import type { StateSize } from './measure-state.ts'

const cases = ['aggregate', 'rollup'] as const

export const stateSection: Section = {
  name: 'state',
  question: 'how much memory does an open window take?',
  async run() {
    const sizes: StateSize[] = []
    for (const stage of cases) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--expose-gc',
        join(import.meta.dirname, 'measure-state.ts'),
        stage,
      ])
      sizes.push(...(JSON.parse(stdout) as StateSize[]))
    }
    const table = sizes.map(size => ({
      state: size.state,
      'open windows': size.open_windows,
      'at most open': size.bound ?? 'as many as its input partitions are apart',
      'kB per open window': Math.round(size.bytes_per_window / 1_000),
      'bytes per thing': Math.round((size.bytes_per_window / size.things) * 10) / 10,
      things: `${size.things}: ${size.per}`,
      'kB kept once': Math.round(size.bytes_once / 1_000),
    }))
    return { table, results: sizes }
  },
}
