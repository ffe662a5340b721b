import type { RejectionCode } from '../../schemas/records/rejection.ts'
import type { Receipt, Rejection } from '../intake.ts'
import type { Refusal } from './refusal.ts'

/** What was refused of one batch: all of it counted, the first of it listed. */
export class Rejections {
  readonly byCode = new Map<RejectionCode, number>()
  private readonly listed: Rejection[] = []
  private readonly maxListed: number
  private total = 0

  constructor(maxListed: number) {
    this.maxListed = maxListed
  }

  add(index: number, { code, message }: Refusal): void {
    this.total++
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1)
    if (this.listed.length < this.maxListed) this.listed.push({ index, code, message })
  }

  /** @param items of the batch, refused or not */
  receipt(items: number): Receipt {
    const accepted = items - this.total
    if (this.listed.length === this.total) return { accepted, rejected: this.listed }
    const rejected_by_code = Object.fromEntries(this.byCode)
    return { accepted, rejected: this.listed, rejected_total: this.total, rejected_by_code }
  }
}
