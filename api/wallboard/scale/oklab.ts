/** A colour in OKLab (Björn Ottosson, 2020): equal distances look equally different. */
export interface Oklab {
  /** Lightness, 0..1. */
  readonly l: number
  readonly a: number
  readonly b: number
}

/** From lightness, chroma and hue in degrees. */
export function oklch(l: number, chroma: number, hue: number): Oklab {
  const radians = (hue * Math.PI) / 180
  return { l, a: chroma * Math.cos(radians), b: chroma * Math.sin(radians) }
}

export function mix(from: Oklab, to: Oklab, share: number): Oklab {
  const between = (x: number, y: number): number => x + (y - x) * share
  return { l: between(from.l, to.l), a: between(from.a, to.a), b: between(from.b, to.b) }
}

export function distance(one: Oklab, other: Oklab): number {
  return Math.hypot(one.l - other.l, one.a - other.a, one.b - other.b)
}

/** #rrggbb; parts outside sRGB are clipped. */
export function toHex({ l, a, b }: Oklab): string {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const channels = [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
  return `#${channels.map(channel => hexOf(gamma(channel))).join('')}`
}

export function fromHex(hex: string): Oklab {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return {
    l: 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    a: 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    b: 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  }
}

function gamma(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear))
  return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055
}

function linear(gamma: number): number {
  return gamma <= 0.04045 ? gamma / 12.92 : ((gamma + 0.055) / 1.055) ** 2.4
}

function hexOf(channel: number): string {
  return Math.round(channel * 255)
    .toString(16)
    .padStart(2, '0')
}
