import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closeReasonOf } from '../../../api/stream/close-reason.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

test('a reason that fits stays as it is', () => {
  expect(closeReasonOf('大'.repeat(41)).toString()).toBe('大'.repeat(41))
})

test('a longer one is cut between two characters', () => {
  expect(closeReasonOf('大'.repeat(45)).toString()).toBe(`${'大'.repeat(40)}…`)
})

test('whatever it is, it fits into a close frame, is UTF-8, and is the beginning of what was to be said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), reason => {
      const cut = closeReasonOf(reason)
      expect(cut.length).toBeLessThanOrEqual(123)
      const text = utf8.decode(cut)
      const whole = Buffer.from(reason).toString()
      if (text !== whole) expect(whole.startsWith(text.slice(0, -1))).toBe(true)
    }),
  )
})
