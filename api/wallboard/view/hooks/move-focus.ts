import { nearestTowards } from '../../maps/nearest-towards.ts'

/** Arrow keys move the focus between the regions of a schematic map, to the nearest one in their direction. */
export function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const map = event.currentTarget
  const from = event.target instanceof Element ? event.target.getAttribute('data-region') : null
  if (from === null || !event.key.startsWith('Arrow')) return
  const tiles = [...map.querySelectorAll<HTMLElement>('button[data-region]')].map(tile => {
    const { left, top, width, height } = tile.getBoundingClientRect()
    const label = { x: left + width / 2, y: top + height / 2 }
    return { tile, code: tile.dataset.region ?? '', label }
  })
  const next = nearestTowards(tiles, from, event.key)
  if (next === undefined) return
  event.preventDefault()
  tiles.find(({ code }) => code === next)?.tile.focus()
}
