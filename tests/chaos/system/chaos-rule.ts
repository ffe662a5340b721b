/** The rule that is judged while faults happen: about half of all windows are above its limit. */
export const chaosRule = { alert: 'LotsBusy', kpi: 'parking.occupancy_pct', above: 50 } as const

/** In the data directory: the rules of every instance of alerting. */
export const rulesFile = 'rules.yaml'
export const chaosRules = `
groups:
  - name: chaos
    rules:
      - alert: ${chaosRule.alert}
        kpi: ${chaosRule.kpi}
        level: county
        expr: "> ${chaosRule.above}"
        min_coverage: 0%
        severity: minor
        annotations: {summary_zh: "{{ region }} {{ value }}", summary_en: "{{ region }} at {{ value }}"}
`
