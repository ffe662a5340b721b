import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const data = join(root, '../shared/data/parking')
const meta = 'de_meta-data.csv'

/** Real changes of car parks in a month; not part of the repository. */
export const changes = join(data, 'de_parking_20260722_20260821.csv.gz')
/** A whole day of them, UTC. */
export const day = '2026-08-08'
export const windowMinutes = 10
export const province = '370000'
export const kpis = ['occupancy_pct', 'free_spaces', 'lots_reporting'] as const

export type Kpi = (typeof kpis)[number]
export type Values = Readonly<Record<Kpi, number | null>>

/** What parking-day.py prints. */
interface Printed {
  /** Rows of car parks that have a capacity, by what has to become of them. */
  readonly outcomes: Readonly<Record<'counted' | 'again' | 'over' | 'negative', number>>
  readonly windows: readonly (Values & { readonly region: string; readonly window_start: number })[]
}

export interface ComputedDay {
  readonly outcomes: Printed['outcomes']
  /** Starts of the windows from the first to the last that holds a reading. */
  readonly windows: readonly number[]
  /** The province and every county that has a car park. */
  readonly regions: readonly string[]
  /** Undefined before the first reading of the region: nothing is expected of it then, and it is not told. */
  readonly at: (region: string, window: number) => Values | undefined
}

/** Why the day cannot be computed here; empty where it can. */
export function whatIsMissing(): string {
  if (!existsSync(changes)) return 'no data at ../shared/data/parking'
  return spawnSync('python3', ['--version']).status === 0 ? '' : 'no python3'
}

/** The rows of an hour, such as `2026-08-08T12`, in a file of their own in `folder`, with the meta-data beside it. */
export async function hourOf(folder: string, hour: string): Promise<string> {
  const [header = '', ...lines] = gunzipSync(readFileSync(changes)).toString().split('\n')
  const file = join(folder, 'hour.csv.gz')
  await writeFile(file, gzipSync([header, ...lines.filter(line => line.startsWith(hour)), ''].join('\n')))
  await copyFile(join(data, meta), join(folder, meta))
  return file
}

/** `npm run replay` of the day; resolves with its summary. */
export async function replayDay(to: string, files: readonly string[]): Promise<string> {
  const range = ['--from', `${day}T00:00:00Z`, '--until', new Date(endOfDay()).toISOString()]
  const args = ['ingest/replay.ts', ...files, ...range, '--to', to]
  const { stdout } = await run(process.execPath, args, { cwd: root, timeout: 300_000 })
  return stdout
}

export function endOfDay(): number {
  return Date.parse(day) + 86_400_000
}

/** Runs parking-day.py over the files. @param countyOf by the car parks' ids in the data */
export async function computeDay(
  folder: string,
  countyOf: ReadonlyMap<string, string>,
  files: readonly string[],
): Promise<ComputedDay> {
  const counties = join(folder, 'counties.json')
  await writeFile(counties, JSON.stringify(Object.fromEntries(countyOf)))
  const script = join(import.meta.dirname, 'parking-day.py')
  const args = [script, day, String(windowMinutes), counties, join(data, meta), ...files]
  const { stdout } = await run('python3', args, { timeout: 300_000, maxBuffer: 1 << 26 })
  const printed: Printed = JSON.parse(stdout)

  const byWindow = new Map(
    printed.windows.map(({ region, window_start, ...values }) => [`${region}|${window_start}`, values]),
  )
  const silent: Values = { occupancy_pct: null, free_spaces: null, lots_reporting: 0 }
  const first = new Map<string, number>()
  for (const { region, window_start } of printed.windows)
    first.set(region, Math.min(window_start, first.get(region) ?? window_start))
  const isTold = (region: string, window: number) => window >= (first.get(region) ?? Number.POSITIVE_INFINITY)
  return {
    outcomes: printed.outcomes,
    windows: allBetween(printed.windows.map(window => window.window_start)),
    regions: [province, ...new Set(countyOf.values())],
    at: (region, window) =>
      isTold(region, window) ? (byWindow.get(`${region}|${window}`) ?? silent) : undefined,
  }
}

function allBetween(starts: readonly number[]): readonly number[] {
  const first = Math.min(...starts)
  const step = windowMinutes * 60_000
  return Array.from({ length: (Math.max(...starts) - first) / step + 1 }, (_, i) => first + i * step)
}
