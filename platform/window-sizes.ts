import { CodedError } from './errors.ts'

/** How long the windows of each series are, ms. A series is a record type or a census. */
export type WindowSizes = Readonly<Record<string, number>>

/**
 * Data keep the size of their windows: windows of two sizes over the same readings would count them twice. The lateness
 * may change. A series that is in only one of the two is fine.
 * @param setting names what asks for the sizes
 * @throws CodedError `windows_changed` that names every series with another size, and the choices
 */
export function requireSameSizes(
  stored: WindowSizes,
  asked: WindowSizes,
  setting: 'WINDOWS' | '--windows' = 'WINDOWS',
): void {
  const changed = Object.entries(asked).flatMap(([series, askedMs]) => {
    const storedMs = stored[series]
    return storedMs === undefined || storedMs === askedMs ? [] : [{ series, storedMs, askedMs }]
  })
  if (changed.length === 0) return
  const differences = changed.map(
    ({ series, storedMs, askedMs }) =>
      `the stored windows of ${series} are ${sizeText(storedMs)} long, ${setting} asks for ${sizeText(askedMs)}`,
  )
  const before = changed.map(({ series, storedMs }) => `${series}=${sizeText(storedMs)}/LATENESS`)
  throw windowsChanged(differences.join('; '), `give the sizes of before again (${before.join(', ')})`)
}

/** @param again how to go on with the data there are */
export function windowsChanged(message: string, again: string): CodedError {
  return new CodedError('windows_changed', message, {
    hint: `windows keep their size with their data: ${again}, or start without those data, with another --data-dir or another CLICKHOUSE_DATABASE and Kafka, or after \`npm run reset\``,
  })
}

/** As WINDOWS takes it. */
export function sizeText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`
}
