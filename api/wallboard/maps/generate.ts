import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cityOutlines } from './city-outlines.ts'

/** Writes shandong-cities.json; a test fails when it no longer follows from its source. */
const source = createRequire(import.meta.url).resolve('echarts4/map/json/province/shandong.json')
const outlines = cityOutlines(JSON.parse(await readFile(source, 'utf8')))
await writeFile(join(import.meta.dirname, 'shandong-cities.json'), `${JSON.stringify(outlines)}\n`)
