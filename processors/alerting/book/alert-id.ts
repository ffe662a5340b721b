/** Names a rule in one region: key of `alert.state`. */
export function seriesKey(rule: string, region: string): string {
  return `${rule}|${region}`
}

/** `<rule>:<region>:<yyyymmddThhmmssZ>`. @param since start of the first window in which the condition held, epoch ms */
export function alertId(rule: string, region: string, since: number): string {
  const [date = '', time = ''] = new Date(since).toISOString().split('T')
  return `${rule}:${region}:${date.replaceAll('-', '')}T${time.slice(0, 8).replaceAll(':', '')}Z`
}
