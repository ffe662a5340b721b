/** ITU-T X.733 perceived severities of an alert, the worst one first. */
export const severities = ['critical', 'major', 'minor', 'warning'] as const
export type Severity = (typeof severities)[number]

export function isSeverity(text: string): text is Severity {
  return (severities as readonly string[]).includes(text)
}
