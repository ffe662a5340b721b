import type { Feed } from '../../../schemas/records/record.ts'
import type { Region } from '../../../schemas/regions/regions.ts'
import { cellKey } from '../../client/stream-client.ts'
import { feedCards, minCoverageOf } from './catalogue.ts'
import type { Current } from './cell-book.ts'
import { type Moment, type Quality, qualityOf } from './quality.ts'

/** A feed whose data of a region cannot be trusted now. */
export interface DataGap {
  /** More than one when all of them are affected alike. */
  readonly feeds: readonly Feed[]
  /** More than one when the feed is affected everywhere. */
  readonly regions: readonly Region[]
  readonly quality: Exclude<Quality, 'ok' | 'waiting'>
  /** Least coverage among them, 0..1. */
  readonly coverage: number | null
  /** End of the latest window with a value, epoch ms; null when this page saw none. */
  readonly since: number | null
}

interface Single {
  readonly feed: Feed
  readonly region: Region
  readonly quality: Exclude<Quality, 'ok' | 'waiting'>
  readonly coverage: number | null
  readonly since: number | null
}

/**
 * What is missing, old or thin, in as few lines as say it: a feed that is affected nearly everywhere is one line,
 * a region that is affected in all feeds is one line.
 */
export function dataGaps(
  regions: readonly Region[],
  read: (key: string) => Current | undefined,
  moment: Moment,
): readonly DataGap[] {
  if (!moment.loaded) return []
  const singles = feedCards.flatMap(({ feed, anchor }) =>
    regions.flatMap((region): readonly Single[] => {
      const current = read(cellKey(anchor, region.code))
      const quality = qualityOf(current?.cell, minCoverageOf(anchor), moment)
      if (quality === 'ok' || quality === 'waiting') return []
      const coverage = current?.cell.coverage ?? null
      return [{ feed, region, quality, coverage, since: current?.valueUntil ?? null }]
    }),
  )
  const everywhere = feedCards.flatMap(({ feed }) =>
    qualities.flatMap(quality => {
      const alike = singles.filter(one => one.feed === feed && one.quality === quality)
      return alike.length >= nearlyAll * regions.length ? gather(alike, 2) : []
    }),
  )
  // Where nothing is due (coverage null: events, not periodic reports), the silence of one region is no gap.
  const rest = singles.filter(
    one =>
      one.coverage !== null &&
      !everywhere.some(gap => gap.quality === one.quality && gap.feeds.includes(one.feed)),
  )
  const byRegion = regions.flatMap(region => {
    const here = rest.filter(one => one.region === region)
    const together = gather(here, 2)
    return together.length > 0 ? together : here.flatMap(one => gather([one], 1))
  })
  return [...everywhere, ...byRegion].sort((a, b) => severity[a.quality] - severity[b.quality])
}

const qualities = ['missing', 'old', 'unsure'] as const
/** From this share of the regions on, it is the feed that is affected and not its regions. */
const nearlyAll = 0.75

const severity: Readonly<Record<DataGap['quality'], number>> = { missing: 0, old: 1, unsure: 2 }

/** One gap for all of them, when they are at least `atLeast` and of one quality. */
function gather(singles: readonly Single[], atLeast: number): readonly DataGap[] {
  const [first] = singles
  if (!first || singles.length < atLeast || singles.some(one => one.quality !== first.quality)) return []
  const least = (numbers: readonly (number | null)[]): number | null => {
    const known = numbers.flatMap(n => (n === null ? [] : [n]))
    return known.length > 0 ? Math.min(...known) : null
  }
  return [
    {
      feeds: [...new Set(singles.map(one => one.feed))],
      regions: [...new Set(singles.map(one => one.region))],
      quality: first.quality,
      coverage: least(singles.map(one => one.coverage)),
      since: least(singles.map(one => one.since)),
    },
  ]
}
