import { AssetRegistry } from '../../platform/assets/asset-registry.ts'
import type { RecordId } from '../../schemas/records/record.ts'
import type { ProcessorContext } from '../context.ts'
import { Expectations, type Expected } from './expectations.ts'

export interface ExpectedAssets {
  /** To be started before it is asked. */
  readonly assets: AssetRegistry
  readonly expected: (record: RecordId, start: number, end: number) => Expected
}

/** Told of a record type of which the registry expects something else from a time on, epoch ms. */
export type OnExpectationChange = (record: RecordId, from: number) => void

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
  onChange: OnExpectationChange = () => undefined,
): ExpectedAssets {
  const expectations = new Expectations()
  const assets = new AssetRegistry({
    kafka,
    registry,
    follower,
    log,
    metrics,
    onChange: (asset, before) => {
      for (const [record, from] of expectations.set(asset, before)) onChange(record, from)
    },
  })
  watch?.(assets)
  return { assets, expected: (record, start, end) => expectations.of(record, start, end) }
}
