import type { FakeFeedOptions } from './fake-feed.ts'

/** How made-up data move. */
export type Pace = Required<Pick<FakeFeedOptions, 'windowMs' | 'tickMs' | 'slices'>>

/** Windows as the product has them: little work for feed and page, and nothing grows old while a machine is busy. */
export const steady: Pace = { windowMs: 60_000, tickMs: 250, slices: 8 }

/** Windows so short that a test can wait for the next one. */
export const hurried: Pace = { windowMs: 6_000, tickMs: 250, slices: 4 }
