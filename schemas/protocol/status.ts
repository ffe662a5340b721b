/** How settled a value is. */
export const statuses = ['provisional', 'final', 'corrected'] as const
export type Status = (typeof statuses)[number]
