import { pastAlerts } from '../../../api/alerts/past/past-alerts.ts'
import type { Alert, AlertDeed, AlertEntry, AlertLine } from '../../../schemas/alerts/alert.ts'
import type { ServerMessage } from '../../../schemas/protocol/stream.ts'

const deeds: Readonly<Record<string, AlertDeed>> = {
  ack: 'acknowledged',
  dispatch: 'assigned',
  comment: 'commented',
  close: 'closed',
}

/** Alerts as a server has them: what was put in, and what people did about it. */
export class FakeAlerts {
  private readonly byId = new Map<string, Alert>()
  private readonly tell: (message: ServerMessage) => void
  private position = 0
  /** Rules that are said to run. */
  rules = 1
  /** What was posted: path and body. */
  readonly posted: { readonly path: string; readonly body: unknown }[] = []
  /** Who may act; the wall's token is not looked at. */
  readonly viewer = 'li'

  constructor(tell: (message: ServerMessage) => void) {
    this.tell = tell
  }

  put(alert: Alert): void {
    const held = this.byId.get(alert.alert_id)
    const next = { ...alert, version: (held?.version ?? 0) + 1 }
    this.byId.set(alert.alert_id, next)
    this.tell({ type: 'alert', position: 0, alerts_position: ++this.position, alert: lineOf(next) })
  }

  change(id: string, change: Partial<Alert>): void {
    const held = this.byId.get(id)
    if (held) this.put({ ...held, ...change })
  }

  get part() {
    return { alerts: [...this.byId.values()].map(lineOf), alerts_position: this.position }
  }

  /** The answer to a request, or nothing where it is not for alerts. */
  answer(
    method: string,
    path: string,
    query: URLSearchParams,
    body: string,
    now: number,
  ): object | undefined {
    if (path === '/v1/rules') return { rules: Array.from({ length: this.rules }, () => ({ rule: {} })) }
    if (path === '/v1/alerts') return this.part
    if (path === '/v1/alerts/at') return this.at(query)
    if (path === '/v1/handover') return this.handOver(Number(query.get('since')), now)
    const [, id = '', action = ''] = /^\/v1\/alerts\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
    const alert = this.byId.get(decodeURIComponent(id))
    if (!alert) return undefined
    if (method === 'POST') return this.act(alert, action, JSON.parse(body), now)
    return {
      alert,
      mutes: [...this.byId.values()].filter(one => one.inhibited_by === alert.alert_id).map(lineOf),
    }
  }

  private at(query: URLSearchParams): object {
    const known = query.get('known') === 'now' ? 'now' : 'then'
    const past = pastAlerts(this.byId.values(), Date.parse(query.get('time') ?? ''), known)
    return { more: false, alerts: past.map(({ alert }) => lineOf(alert)) }
  }

  private act(
    alert: Alert,
    action: string,
    said: { note?: string; assigned_to?: string },
    now: number,
  ): object {
    this.posted.push({ path: `${alert.alert_id}/${action}`, body: said })
    const entry: AlertEntry = {
      at: now,
      what: deeds[action] ?? 'silenced',
      by: this.viewer,
      note: said.note ?? null,
      window_start: null,
      revision: null,
      command_id: 'c',
    }
    this.put({
      ...alert,
      ...(action === 'ack' && { acknowledged_by: this.viewer, acknowledged_at: now }),
      ...(action === 'dispatch' && { assigned_to: said.assigned_to ?? '', due_at: now + 1_800_000 }),
      ...(action === 'close' && { closed_by: this.viewer, closed_at: now }),
      ...(action === 'silence' && { silenced_by: ['s'] }),
      history: [...alert.history, entry],
    })
    return { command_id: 'c' }
  }

  private handOver(since: number, now: number): object {
    const all = [...this.byId.values()]
    return {
      since,
      until: now,
      fired: all.filter(({ fired_at }) => fired_at !== null && fired_at >= since).map(lineOf),
      open: all.filter(({ state }) => state === 'firing' || state === 'unknown').map(lineOf),
      retracted: all.filter(({ state }) => state === 'retracted').map(lineOf),
      raised_late: all.filter(({ raised_late }) => raised_late).map(lineOf),
      deeds: all
        .flatMap(({ alert_id, rule, region, history }) =>
          history.flatMap(entry => (entry.by === null ? [] : [{ ...entry, alert_id, rule, region }])),
        )
        .toSorted((left, right) => right.at - left.at),
      silences_ending: [
        {
          silence_id: 's',
          kind: 'maintenance',
          regions: ['370202'],
          ends_at: now + 3_600_000,
          reason: '泊位改造',
          created_by: 'wang',
        },
      ],
      corrections: [
        { kpi: 'parking.occupancy_pct', values: 412, regions: 37 },
        { kpi: 'radio.accessibility_pct', values: 88, regions: 21 },
      ],
    }
  }
}

function lineOf({ history: _told, ...line }: Alert): AlertLine {
  return line
}
