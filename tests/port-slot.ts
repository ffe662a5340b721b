/** Vitest's workers, as many as run side by side (vitest.config.ts). */
const slots = 2
/** What is left free between two slots is wider than a system's ports lie apart. */
const usedShare = 0.8

/**
 * Instead of Math.random where ports are chosen: two workers that look for free ports at the same moment, before either
 * of them listens, look in different places.
 */
export function randomInSlot(): number {
  const slot = (Number(process.env.VITEST_POOL_ID ?? 1) - 1) % slots
  return (slot + usedShare * Math.random()) / slots
}
