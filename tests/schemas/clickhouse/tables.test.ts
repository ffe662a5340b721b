import { describe, expect, it } from 'vitest'
import { definedTables } from '../../../schemas/clickhouse/defined-tables.ts'
import { measureTable } from '../../../schemas/clickhouse/measure-tables.ts'
import { readingColumns, readingTable } from '../../../schemas/clickhouse/reading-tables.ts'
import { createTable, sqlString } from '../../../schemas/clickhouse/table.ts'
import { createView } from '../../../schemas/clickhouse/view.ts'
import { views } from '../../../schemas/clickhouse/views.ts'
import { kpis } from '../../../schemas/kpis/kpis.ts'
import { recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { counties, regions } from '../../../schemas/regions/regions.ts'

describe.each(recordIds)('the tables of %s', id => {
  it.each([readingTable(id), measureTable(id)])('have every column once: $name', table => {
    const names = table.columns.map(column => column.name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining([...table.orderBy]))
  })

  it('keep an identity in one partition: by event time alone', () => {
    expect(readingTable(id).partitionBy).toMatch(/^to\w+\(event_time\)$/)
    expect(readingTable(id).orderBy.slice(0, 2)).toEqual(['event_time', 'asset_id'])
    // ClickHouse takes no column that may be null into a key, and Avro has no default for one that is not.
    const required = records[id].fields.flatMap(({ name, required }) => (required ? [name] : []))
    expect(required).toEqual(expect.arrayContaining([...readingTable(id).orderBy.slice(2)]))
  })

  it('have a view of what archive fills', () => {
    const view = views.find(({ name }) => name === `readings_${id}`)
    expect(view?.query).toContain(readingColumns(id).join(', '))
  })
})

it('puts the engine of a cluster before every table', () => {
  const sql = createTable(readingTable('rack'), { database: 'd', enginePrefix: 'Replicated' })
  expect(sql).toContain('ENGINE = ReplicatedReplacingMergeTree(first_version)')
})

it('has every KPI in kpi_1h and kpi_1d', () => {
  for (const name of ['kpi_1h', 'kpi_1d']) {
    const sql = createView(views.find(view => view.name === name)!, 'd', 'why')
    for (const { id } of kpis) expect(sql).toContain(`'${id}'`)
    expect(sql).not.toContain('{database}')
  }
})

it('holds every region, the retired ones too, and every county four times', () => {
  const [regionTable, regionCounties] = definedTables
  expect(regionTable?.rows).toHaveLength(regions.length + 3)
  expect(regionCounties?.rows).toHaveLength(4 * counties.length)
})

it('quotes text for SQL', () => {
  expect(sqlString("Tai'an \\ x")).toBe("'Tai\\'an \\\\ x'")
})
