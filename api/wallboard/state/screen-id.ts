import { type Feed, feeds } from '../../../schemas/records/record.ts'

/** Every screen that an address may name, in the order of the navigation. */
export const screenIds = [
  'overview',
  ...feeds,
  'region',
  'ranking',
  'handover',
  'timemachine',
] as const satisfies readonly string[]
export type ScreenId = (typeof screenIds)[number]

export const firstScreen: ScreenId = 'overview'

export function isScreenId(text: string): text is ScreenId {
  return screenIds.some(id => id === text)
}

export function isFeedScreen(screen: ScreenId): screen is Feed {
  return feeds.some(feed => feed === screen)
}
