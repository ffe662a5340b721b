import type { ClickHouseClient } from '@clickhouse/client'
import { expect } from 'vitest'
import { records } from '../../schemas/records/records.ts'
import { archived, corrected } from './archived.ts'
import { compareWithReadings, oracles } from './kpi-oracle.ts'
import { type Product, type ProductOptions, startProduct } from './product.ts'

/**
 * The product without devices: resolves when everything that was accepted before is stored, and corrected.
 * @param options its `--speed` is better a low one: as fast as the clock goes it tells empty windows, and stores them
 */
export async function startSettled({ args = [], ...options }: ProductOptions): Promise<Product> {
  const product = await startProduct({ ...options, args: [...args, '--no-simulator'] })
  try {
    await archived(product)
    await corrected(product)
    return product
  } catch (error) {
    await product.stop()
    throw error
  }
}

/** Of every feed that reports periodically. */
export interface AtLeast {
  readonly windows: number
  readonly values: number
}

/** That the last revision of every window equals SQL over the stored readings. */
export async function expectWindowsAsRead(clickhouse: ClickHouseClient, atLeast: AtLeast): Promise<void> {
  for (const record of Object.keys(oracles) as (keyof typeof oracles)[]) {
    const { compared, windows, differences } = await compareWithReadings(clickhouse, record, 'last')
    expect(differences, record).toEqual([])
    // Windows of events begin with the first event, which may have come late.
    if (!records[record].periodic) continue
    expect(windows, record).toBeGreaterThan(atLeast.windows)
    expect(compared, record).toBeGreaterThan(atLeast.values)
  }
}
