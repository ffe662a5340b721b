import { AssetRegistry } from '../../platform/assets/asset-registry.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { ProcessorContext } from '../context.ts'
import { Expectations, type Expected } from './expectations.ts'

export interface ExpectedAssets {
  /** To be started before it is asked. */
  readonly assets: AssetRegistry
  readonly expected: (record: RecordId, start: number, end: number) => Expected
}

/** What the asset registry, followed as it changes, expects of a window. */
export function expectedAssets(
  {
    kafka,
    registry,
    log,
    metrics,
    watch,
  }: Pick<ProcessorContext, 'kafka' | 'registry' | 'log' | 'metrics'> &
    Partial<Pick<ProcessorContext, 'watch'>>,
  follower: string,
): ExpectedAssets {
  const expectations = new Expectations()
  const assets = new AssetRegistry({
    kafka,
    registry,
    follower,
    log,
    metrics,
    onChange: (asset, before) => expectations.set(asset, before),
  })
  watch?.(assets)
  return { assets, expected: (record, start, end) => expectations.of(record, start, end) }
}
