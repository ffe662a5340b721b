import type { Asset } from '../../platform/assets/asset.ts'

/** Moves that are kept of an asset; of those before, where it was is as if it had always been there. */
const mostMoves = 500

/** A registered asset with what was known of it before: since when it is expected, and where it was. */
export function withHistory(asset: Asset, current: Asset | undefined, now: number): Asset {
  if (!current) return { ...asset, expected_from: now }
  const { expected_from, former, county } = current
  const moves = county === asset.county ? former : [...former, { county, until: now }]
  return { ...asset, expected_from, former: moves.slice(-mostMoves) }
}

/** Whether a reading of then is older than what is expected of the asset. A date that people gave holds whatever comes. */
export function isBeforeExpected({ commissioned_at, expected_from }: Asset, eventTime: number): boolean {
  return commissioned_at === null && expected_from !== null && eventTime < expected_from
}

/**
 * What holds where another process had written the asset in between: what its sender said last, and the earliest of both times.
 * @param mine what was written last, without knowing of `theirs`
 */
export function reconciled(mine: Asset, theirs: Asset, mineIsRegistered: boolean): Asset {
  const said = mineIsRegistered ? mine : theirs
  const times = [mine.expected_from, theirs.expected_from]
  const earliest = times.includes(null) ? null : Math.min(...times.map(Number))
  // Both have moved it there: it moved when the first one said so.
  const { former } = mine.county === theirs.county ? theirs : said
  return { ...said, former, expected_from: earliest, updated_at: mine.updated_at }
}
