import { requireSameSizes, sizeText, type WindowSizes, windowsChanged } from '../../platform/window-sizes.ts'

/**
 * What a processor commits for one input partition: the offset below its oldest open window,
 * and in the commit's metadata what cannot be seen again from there.
 */
export interface Checkpoint {
  /** Replay starts here. */
  readonly offset: number
  /** By series: the newest closed window. Every window up to it is closed. */
  readonly closed: Readonly<Record<string, number>>
  /** The position when this was committed: what lies below and belongs to a closed window was accounted for. */
  readonly at: number
  /** Partitions of the topic: of when its open windows were read, or before, if some were added meanwhile. */
  readonly partitions?: number | undefined
  /** By series: how long its windows are, ms; absent in commits of earlier versions, and where nothing was read yet. */
  readonly sizes?: WindowSizes | undefined
}

/** Kafka keeps at most 4,096 bytes of it. @param log that the offsets are of */
export function checkpointMetadata({ closed, at, partitions, sizes }: Checkpoint, log?: string): string {
  return JSON.stringify({ closed, at, partitions, sizes, log })
}

/**
 * The checkpoint behind a committed offset; undefined when nothing was committed.
 * @throws Error where the metadata is not ours: going on without it could count a window twice.
 */
export function parseCheckpoint(offset: number, metadata: string | null): Checkpoint | undefined {
  if (offset < 0) return undefined
  const parsed: unknown = JSON.parse(metadata || 'null')
  if (typeof parsed !== 'object' || parsed === null || !('at' in parsed) || !('closed' in parsed)) {
    throw new Error(`committed offset ${offset} carries no checkpoint: ${metadata}`)
  }
  const { at, closed } = parsed
  if (typeof at !== 'number' || typeof closed !== 'object' || closed === null) {
    throw new Error(`committed offset ${offset} carries a malformed checkpoint: ${metadata}`)
  }
  const partitions = 'partitions' in parsed ? parsed.partitions : undefined
  return {
    offset,
    at,
    ...(typeof partitions === 'number' ? { partitions } : {}),
    ...('sizes' in parsed ? { sizes: numbersOf(parsed.sizes) } : {}),
    closed: numbersOf(closed),
  }
}

/**
 * Windows of `sizeMs` may follow on the checkpoint. An earlier version's tells no size, but every window starts at a
 * multiple of it.
 * @throws CodedError `windows_changed`
 */
export function requireSize(series: string, sizeMs: number, checkpoint: Checkpoint | undefined): void {
  const stored = checkpoint?.sizes?.[series]
  if (stored !== undefined) requireSameSizes({ [series]: stored }, { [series]: sizeMs })
  else if ((checkpoint?.closed[series] ?? 0) % sizeMs !== 0) {
    throw windowsChanged(
      `the stored windows of ${series} do not start where windows of ${sizeText(sizeMs)} do, which WINDOWS asks for`,
      'give the size of before again',
    )
  }
}

function numbersOf(values: unknown): Record<string, number> {
  const entries = Object.entries(typeof values === 'object' && values !== null ? values : {})
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'number'))
}
