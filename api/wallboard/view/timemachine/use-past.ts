import { useEffect, useMemo } from 'preact/hooks'
import { counties } from '../../../../schemas/regions/regions.ts'
import { createPastWall, type PastWall } from '../../state/past-wall.ts'
import type { Known } from '../../state/route.ts'
import { cellsNeeded } from '../../state/time-machine.ts'
import { useSelection, useShared } from '../wall-context.ts'

/** The wall as of a minute, epoch ms; null shows nothing yet. */
export function usePast(at: number | null, known: Known): PastWall {
  const { wall: live, provenance: rest, navigation } = useShared()
  const { map } = navigation.route.value
  const { region, kpi } = useSelection()
  const past = useMemo(
    () =>
      createPastWall({
        live,
        rest,
        now: () => performance.now(),
        onFrame: act => void requestAnimationFrame(act),
        after: (ms, act) => void setTimeout(act, ms),
      }),
    [live, rest],
  )
  useEffect(() => () => past.stop(), [past])
  useEffect(() => {
    if (at === null) return
    const { places, home, sees } = live
    const shown = map === 'counties' ? counties.filter(({ code }) => sees(code)) : []
    const needed = cellsNeeded({ region, kpi: kpi.id, places, home, counties: shown })
    past.show({ at, known, needed })
  }, [past, at, known, region, kpi, map])
  return past
}
