import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatOf } from '../../../../ingest/sources/files/formats/formats.ts'
import { emptyPlan, type Plan } from '../../../../ingest/sources/files/plan.ts'
import { energyKwh, useOfCounter } from '../../../../ingest/sources/files/pm/pm-counters.ts'
import { durationS } from '../../../../ingest/sources/files/pm/pm-parser.ts'
import { sourceFile } from '../../../../ingest/sources/files/source-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citybrain-pm-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string, pdcpKbitVendors: string[] = []): Promise<Plan> {
  const path = join(folder, 'pm.xml.gz')
  await writeFile(path, gzipSync(text))
  const file = await sourceFile(path)
  const plan = emptyPlan('pm')
  await formatOf(file).read(file, plan, { seed: 1, pdcpKbitVendors })
  return plan
}

const info = (types: string, values: string) => `
  <measInfo measInfoId="x">
    <granPeriod duration="PT900S" endTime="2026-07-01T12:15:00+0800"/>
    ${types}
    ${values}
  </measInfo>`

const value = (object: string, results: string, suspect = false) =>
  `<measValue measObjLdn="${object}">${results}<suspect>${suspect}</suspect></measValue>`

const ts32435 = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>
<measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">
  <fileHeader vendorName="Acme" dnPrefix="SubNetwork=G3"><measCollec beginTime="2026-07-01T12:00:00+0800"/></fileHeader>
  <measData><managedElement localDn="ManagedElement=E1"/>${body}</measData>
  <fileFooter><measCollec endTime="2026-07-01T12:15:00+0800"/></fileFooter>
</measCollecFile>`

const ts28532 = (body: string) => `<?xml-stylesheet type="text/xsl" href="measData.xsl"?>
<?xml version="1.0" encoding="UTF-8"?>
<md:measDataFile xmlns:md="http://www.3gpp.org/ftp/specs/archive/28_series/28.532#measData">
  <md:fileHeader vendorName="Acme" dnPrefix="SubNetwork=G3"/>
  <md:measData><md:measEntity localDn="ManagedElement=E1"/>${body}</md:measData>
</md:measDataFile>`

const du = (cell: number) => `ManagedElement=E1,GNBDUFunction=1,NRCellDU=${cell}`
const cu = (cell: number) => `ManagedElement=E1,GNBCUCPFunction=1,NRCellCU=${cell}`
const id = (cell: number) => `replay-pm-SubNetwork=G3,ManagedElement=E1,NRCell=${cell}`

const prb = '<measType p="1">RRU.PrbUsedDl</measType><measType p="2">RRU.PrbAvailDl</measType>'
const rrc = '<measTypes>RRC.ConnEstabAtt RRC.ConnEstabSucc</measTypes>'
const oneCell =
  info(prb, value(du(7), '<r p="1">60.5</r><r p="2">100</r>')) +
  info(rrc, value(cu(7), '<measResults>1000 998</measResults>'))

describe.each([
  ['TS 32.435', ts32435],
  ['TS 28.532, with an instruction before the XML declaration', ts28532],
])('%s', (_dialect, file) => {
  it('joins the two units of a cell into one reading at the end of the period', async () => {
    const plan = await read(file(oneCell))
    expect(plan.readings).toEqual([
      {
        record: 'radio_pm',
        assetId: id(7),
        eventTimeMs: Date.UTC(2026, 6, 1, 4, 15),
        values: {
          period_s: 900,
          prb_used_dl: 60.5,
          prb_avail_dl: 100,
          rrc_estab_att: 1000,
          rrc_estab_succ: 998,
          suspect: false,
        },
      },
    ])
    expect(plan.assets.get(id(7))).toMatchObject({ record: 'radio_pm', kind: 'cell', period_s: 900 })
    expect(plan.skipped.list()).toEqual([])
  })

  it.each([
    ['1', true],
    ['TRUE', true],
    [' true ', true],
    ['0', false],
    ['false', false],
  ])('reads the boolean %j', async (text, suspect) => {
    const row = value(cu(7), '<measResults>5 5</measResults>').replace('<suspect>false<', `<suspect>${text}<`)
    expect((await read(ts28532(info(rrc, row)))).readings).toMatchObject([{ values: { suspect } }])
  })

  it.each([
    ['2026-07-01T24:00:00+08:00', '2026-07-01T16:00:00.000Z'],
    ['2026-07-01T24:00:00Z', '2026-07-02T00:00:00.000Z'],
    ['2026-12-31T24:00:00.000+0800', '2026-12-31T16:00:00.000Z'],
    [' 2026-07-01T12:15:00Z ', '2026-07-01T12:15:00.000Z'],
  ])('reads the end of a period %s', async (endTime, at) => {
    const period = info(rrc, value(cu(7), '<measResults>5 5</measResults>'))
    const plan = await read(ts28532(period.replace('2026-07-01T12:15:00+0800', endTime)))
    expect(plan.readings.map(({ eventTimeMs }) => new Date(eventTimeMs).toISOString())).toEqual([at])
    expect(plan.skipped.list()).toEqual([])
  })

  it.each(['2026-07-01T24:00:01Z', '2026-07-01T25:00:00Z', '2026-07-01T24:30:00Z'])(
    'does not read %s',
    async endTime => {
      const period = info(rrc, value(cu(7), '<measResults>5 5</measResults>'))
      const plan = await read(ts28532(period.replace('2026-07-01T12:15:00+0800', endTime)))
      expect(plan.skipped.list().map(({ reason }) => reason)).toEqual(['no_period'])
    },
  )

  it('marks the reading suspect when any of its rows is', async () => {
    const suspect = info(rrc, value(cu(7), '<measResults>5 5</measResults>', true))
    const plan = await read(file(info(prb, value(du(7), '<r p="1">1</r><r p="2">2</r>')) + suspect))
    expect(plan.readings[0]!.values.suspect).toBe(true)
  })
})

describe('counters', () => {
  it('counts and names those it does not use, and reads NIL as unknown', async () => {
    const types =
      '<measTypes>RRC.ConnEstabAtt RRC.ConnEstabAtt.mo-Data pmOwn DRB.EstabAtt DRB.EstabSucc</measTypes>'
    const plan = await read(ts32435(info(types, value(cu(1), '<measResults>5 3 9 NIL 1e</measResults>'))))
    expect(plan.readings[0]!.values).toEqual({ period_s: 900, rrc_estab_att: 5, suspect: false })
    expect(plan.skipped.list()).toEqual([
      { reason: 'part_of_counter', count: 1, places: ['RRC.ConnEstabAtt.mo-Data'] },
      { reason: 'unknown_counter', count: 1, places: ['pmOwn'] },
      { reason: 'bad_counter', count: 1, places: [`DRB.EstabSucc of ${cu(1)}`] },
    ])
  })

  it('sums neighbour relations only where the cell itself says nothing', async () => {
    const types = '<measTypes>MM.HoExeInterReq</measTypes>'
    const of = (object: string, n: number) => value(object, `<measResults>${n}</measResults>`)
    const relations = of(`${cu(1)},NRCellRelation=1`, 3) + of(`${cu(1)},NRCellRelation=2`, 4)
    const summed = await read(ts32435(info(types, relations)))
    expect(summed.readings[0]!.values.ho_exec_att).toBe(7)
    const own = await read(ts32435(info(types, relations + of(cu(1), 9))))
    expect(own.readings[0]!.values.ho_exec_att).toBe(9)
  })

  it('gives the energy of the element to its only cell, and to none of several', async () => {
    const energy = info(
      '<measTypes>PEE.Energy</measTypes>',
      value('ManagedElement=E1', '<measResults>0.25</measResults>'),
    )
    const one = await read(ts32435(oneCell + energy))
    expect(one.readings[0]!.values.energy_kwh).toBe(0.25)
    const second = info(rrc, value(cu(8), '<measResults>1 1</measResults>'))
    const two = await read(ts32435(oneCell + second + energy))
    expect(two.readings.map(({ values }) => values.energy_kwh)).toEqual([undefined, undefined])
    expect(two.skipped.count('not_a_cell')).toBe(1)
  })

  it('reads kbit from the vendors that count so', async () => {
    const volume = info(
      '<measTypes>DRB.PdcpSduVolumeDL</measTypes>',
      value(cu(1), '<measResults>1500</measResults>'),
    )
    expect((await read(ts32435(volume))).readings[0]!.values.pdcp_volume_dl_mbit).toBe(1500)
    expect((await read(ts32435(volume), ['Acme'])).readings[0]!.values.pdcp_volume_dl_mbit).toBe(1.5)
  })

  it('keeps the complete rows of a file that breaks off', async () => {
    const whole = ts32435(oneCell)
    const plan = await read(whole.slice(0, whole.indexOf('</measData>')))
    expect(plan.readings).toHaveLength(1)
    expect(plan.skipped.count('malformed_xml')).toBe(1)
  })

  it('skips what has no period', async () => {
    const plan = await read(ts32435(oneCell.replaceAll('PT900S', 'soon')))
    expect(plan.readings).toEqual([])
    expect(plan.skipped.count('no_period')).toBe(2)
  })
})

describe('units', () => {
  it('trusts the energy unless the mean power says otherwise', () => {
    expect(energyKwh(0.05, null, 900)).toBe(0.05)
    expect(energyKwh(null, null, 900)).toBeNull()
    expect(energyKwh(0.05, 200, 900)).toBe(0.05)
    expect(energyKwh(null, 200, 900)).toBeCloseTo(0.05, 12)
    expect(energyKwh(180_000, 200, 900)).toBeCloseTo(0.05, 12)
  })

  it('knows durations and counters', () => {
    expect([durationS('PT900S'), durationS('PT15M'), durationS('P1DT1H')]).toEqual([900, 900, 90_000])
    expect([durationS('900'), durationS('PT'), durationS('PT0S')]).toEqual([NaN, NaN, NaN])
    expect(useOfCounter('RRC.ConnEstabAtt.sum')).toEqual({ field: 'rrc_estab_att' })
    expect(useOfCounter('RRC.ConnEstabAtt.emergency')).toBe('part')
    expect(useOfCounter('pmSomething')).toBe('unknown')
  })
})
