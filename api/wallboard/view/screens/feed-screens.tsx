import { FeedScreen } from '../feed-screen/feed-screen.tsx'

export const Radio = () => <FeedScreen feed="radio" />
export const Datacenter = () => <FeedScreen feed="datacenter" />
export const Grid = () => <FeedScreen feed="grid" />
export const Parking = () => <FeedScreen feed="parking" />
