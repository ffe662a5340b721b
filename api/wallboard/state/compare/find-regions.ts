import { type Region, regions } from '../../../../schemas/regions/regions.ts'

/** Regions by a part of their Chinese or English name or of their code; what begins so comes first, cities before counties. */
export function findRegions(
  text: string,
  { sees, limit }: { readonly sees: (code: string) => boolean; readonly limit: number },
): readonly Region[] {
  const wanted = plain(text)
  if (wanted === '') return []
  return regions
    .flatMap(region => {
      if (region.level === 'circle' || !sees(region.code)) return []
      const at = [region.zh, region.en, region.code].map(name => plain(name).indexOf(wanted))
      const best = Math.min(...at.map(place => (place < 0 ? Infinity : place)))
      return best === Infinity ? [] : [{ region, best }]
    })
    .sort((a, b) => Math.sign(a.best) - Math.sign(b.best) || rank(a.region) - rank(b.region))
    .slice(0, limit)
    .map(({ region }) => region)
}

/** Without what people leave out when they type: capitals, spaces, apostrophes. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[\s'’]/g, '')
}

function rank({ level }: Region): number {
  return level === 'province' ? 0 : level === 'city' ? 1 : 2
}
