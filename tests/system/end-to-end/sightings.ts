import type { Cell, Status } from '../../../schemas/protocol/stream.ts'

/** What one way of looking at a KPI has shown so far, each window and status apart; the newest word of each holds. */
export class Sightings {
  private readonly held = new Map<string, Sighting>()

  note(sighting: Sighting): void {
    const { kpi, region, window_start, status } = sighting
    this.held.set(`${kpi}|${region}|${window_start}|${status}`, sighting)
  }

  of(kpi: string, region: string, window_start: number, status: Status): Sighting | undefined {
    return this.held.get(`${kpi}|${region}|${window_start}|${status}`)
  }

  /** Windows of a cell that were seen in a status, oldest first. */
  windows(kpi: string, region: string, status: Status): readonly Sighting[] {
    return [...this.held.values()]
      .filter(seen => seen.kpi === kpi && seen.region === region && seen.status === status)
      .sort((left, right) => left.window_start - right.window_start)
  }
}

export type Sighting = Pick<Cell, 'kpi' | 'region' | 'window_start' | 'status' | 'value'>
