import type { House } from './house.ts'

/** One way in: an operation of the api, with something valid to ask of it. */
export interface Door {
  /** `GET /v1/kpis/latest`. */
  readonly name: string
  readonly method: string
  /** @param region asked for, where the operation has one */
  readonly path: (region: string) => string
  readonly body: (region: string) => object | undefined
}

interface Parameter {
  readonly in: 'query' | 'path'
  readonly name: string
  readonly required?: boolean
}

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: object
}

/** Something valid for every parameter that must be given; a new one has to be added here. */
const samples: Readonly<Record<string, string>> = {
  kpi: 'parking.occupancy_pct',
  window_start: '0',
  time: '0',
  id: '00000000-0000-4000-8000-000000000000',
}

/** By operation, what is posted. */
const bodies: Readonly<Record<string, (region: string) => object>> = {
  'POST /v1/kiosks': region => ({ wall: 'hall-9', regions: [region], days: 1 }),
  'POST /v1/alerts/{id}/ack': () => ({}),
  'POST /v1/alerts/{id}/dispatch': () => ({ assigned_to: 'unit 7' }),
  'POST /v1/alerts/{id}/comment': () => ({ note: 'seen' }),
  'POST /v1/alerts/{id}/close': () => ({}),
  'POST /v1/alerts/{id}/silence': () => ({ reason: 'rebuilt', minutes: 60 }),
  'POST /v1/silences': region => ({ regions: [region], reason: 'rebuilt', minutes: 60 }),
}

/** Every operation of the api's own description, so that a new one cannot be forgotten, and the stream's address. */
export async function doorsOf(house: House): Promise<readonly Door[]> {
  const { paths } = (await house.description()).json<{ paths: Record<string, Record<string, Operation>> }>()
  const described = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => door(method.toUpperCase(), path, operation)),
    )
  return [...described, door('GET', '/v1/stream', {})]
}

function door(method: string, path: string, { parameters = [], requestBody }: Operation): Door {
  const name = `${method} ${path}`
  const body = bodies[name]
  if (requestBody && !body) throw new Error(`say in tests/api/doors/doors.ts what is posted to ${name}`)
  return {
    name,
    method,
    body: region => body?.(region),
    path: region => {
      const query = new URLSearchParams()
      let filled = path
      for (const parameter of parameters) {
        if (parameter.name === 'region') query.append('region', region)
        else if (parameter.required) {
          const sample = sampleOf(name, parameter.name, region)
          if (parameter.in === 'query') query.append(parameter.name, sample)
          else filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(sample))
        }
      }
      return query.size > 0 ? `${filled}?${query}` : filled
    },
  }
}

function sampleOf(door: string, parameter: string, region: string): string {
  // The house has one of each region.
  if (parameter === 'id' && door.includes('/alerts/')) return `a-${region}`
  if (parameter === 'id' && door.includes('/silences/')) return `s-${region}`
  const sample = samples[parameter]
  if (sample === undefined)
    throw new Error(`say in tests/api/doors/doors.ts what ${door} takes for ${parameter}`)
  return sample
}
