import { longestLabel } from '../../../schemas/alerts/matching/label-matcher.ts'

/** One key of a rules file: the parser, its messages and docs/alerting.md know no others. */
export interface Key {
  readonly name: string
  readonly required?: true
  /** How it is written. */
  readonly form: string
  readonly default: string
  readonly doc: string
}

export const ruleKeys = [
  {
    name: 'alert',
    required: true,
    form: '`PueHigh`',
    default: 'required',
    doc: 'Name: letters, digits, `_`, at most 100; unique over all files',
  },
  {
    name: 'kpi',
    required: true,
    form: '`datacenter.pue`',
    default: 'required',
    doc: 'Which KPI is judged, see [kpis.md](kpis.md)',
  },
  {
    name: 'level',
    form: '`county`, `city`, `circle`, `province`',
    default: 'this or `regions`',
    doc: 'Every region of this level',
  },
  {
    name: 'regions',
    form: '`[370100, circle-jiaodong]`',
    default: 'this or `level`',
    doc: 'The regions named, by code',
  },
  {
    name: 'expr',
    required: true,
    form: '`"> 1.25"`, `"<= 90 %"`',
    default: 'required',
    doc: 'The condition: `>`, `>=`, `<`, `<=`, `==`, `!=` and a threshold in the unit of the KPI',
  },
  {
    name: 'clear',
    form: '`"< 1.22"`',
    default: 'the condition does not hold',
    doc: 'Hysteresis: once it fires, it is over when this holds',
  },
  {
    name: 'for',
    form: '`3w`, `10m`, `1h30m`',
    default: '`0w`',
    doc: 'How long the condition must hold before it fires: windows (`w`; not weeks) or event time (`ms`, `s`, `m`, `h`, `d`)',
  },
  {
    name: 'keep_firing_for',
    form: 'as `for`',
    default: '`0w`',
    doc: 'How long it must be clear before it is over',
  },
  {
    name: 'min_coverage',
    form: '`80%`, `0.8`',
    default: 'that of the KPI; 0 where the KPI itself says who reports',
    doc: 'With fewer of the expected assets than this a window says nothing: the rule is unknown, not fine',
  },
  {
    name: 'no_data',
    form: '`keep`, `alert`, `ok`',
    default: '`keep`',
    doc: 'What a window without a value or with too little coverage says: nothing (what fires becomes `unknown`), the condition holds, it is over',
  },
  {
    name: 'on',
    form: '`final`, `provisional`',
    default: '`final`',
    doc: 'With `provisional` windows that are still open may make it fire, sooner and sometimes in vain; else they make it pending only',
  },
  {
    name: 'severity',
    required: true,
    form: '`critical`, `major`, `minor`, `warning`',
    default: 'required',
    doc: 'ITU-T X.733 perceived severity',
  },
  {
    name: 'escalate_after',
    form: '`30m`',
    default: 'never',
    doc: 'Nobody acknowledged it for so long: it is escalated',
  },
  {
    name: 'due',
    form: '`4h`',
    default: 'critical `1h`, major `4h`, minor `1d`, warning `3d`',
    doc: 'How long a unit has that it is dispatched to',
  },
  {
    name: 'inhibits',
    form: '`{feeds: same, rules: all}`',
    default: 'nothing',
    doc: 'While it fires in a region, alerts of these rules are muted there and below. `feeds`: `same` (default) or `all`; `rules`: `all` or a list of names',
  },
  {
    name: 'labels',
    form: '`{team: energy}`',
    default: 'none',
    doc: 'For silences, receivers and Alertmanager; at most 32, of 256 characters each. Every alert has `alertname`, `region`, `level`, `feed`, `kpi` and `severity` besides',
  },
  {
    name: 'annotations',
    required: true,
    form: '`{summary_zh: …, summary_en: …}`',
    default: 'required',
    doc: 'What people read: `summary_zh` and `summary_en` (required), `description_zh`, `description_en`, `runbook`; templates of at most 2,000 characters',
  },
] as const satisfies readonly Key[]

export type RuleKey = (typeof ruleKeys)[number]['name']

export const annotationKeys = [
  'summary_zh',
  'summary_en',
  'description_zh',
  'description_en',
  'runbook',
] as const
export const requiredAnnotations = ['summary_zh', 'summary_en'] as const

/**
 * How long the texts of a rule may be, UTF-16 units: every alert carries them in every message, and patterns of silences
 * match labels.
 */
export const longest = { name: 100, label: longestLabel, annotation: 2_000, rendered: 4_000 } as const
/** How many a rule may have of its own, or name. */
export const most = { labels: 32, inhibited: 500 } as const

/** Labels that every alert has; rules cannot set them. */
export const builtInLabels = ['alertname', 'region', 'level', 'feed', 'kpi', 'severity'] as const

/** Keys of Prometheus's rule files that have another place here. */
export const foreignKeys: Readonly<Record<string, string>> = {
  record: 'recording rules are KPIs here: see schemas/kpis/',
  interval: 'rules are judged whenever a window of the KPI is told, so there is no interval',
  threshold: 'write it in expr: "> 1.25"',
  summary: 'write summary_zh and summary_en',
  description: 'write description_zh and description_en',
  region: 'write regions: [CODE, ...]',
}

export function requiredNames<N extends string>(keys: readonly (Key & { readonly name: N })[]): readonly N[] {
  return keys.filter(({ required }) => required).map(({ name }) => name)
}

/** The reference for docs/alerting.md. */
export function ruleKeyTable(): string {
  return [
    '| key | form | default | meaning |',
    '|---|---|---|---|',
    ...ruleKeys.map(key => `| \`${key.name}\` | ${key.form} | ${key.default} | ${key.doc} |`),
  ].join('\n')
}
