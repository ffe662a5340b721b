import { describe, expect, test } from 'vitest'
import { LogPosition } from '../../../processors/task/log-position.ts'

describe('the place of a batch in the log', () => {
  test('is next where the commit was, and after each batch where that ended', () => {
    const position = new LogPosition(100)
    expect(position.place(100)).toBe('next')
    position.advance(149)
    expect(position.next).toBe(150)
    expect(position.place(150)).toBe('next')
  })

  test('is next too when it begins with what was processed already', () => {
    const position = new LogPosition(100)
    position.advance(149)
    expect(position.place(120)).toBe('next')
    position.advance(130)
    expect(position.next).toBe(150)
  })

  test('is ahead when it was fetched before a rebalance: the consumer goes back, and what comes then is next', () => {
    const position = new LogPosition(100)
    expect(position.place(180)).toBe('ahead')
    expect(position.place(100)).toBe('next')
    position.advance(199)
    expect(position.place(200)).toBe('next')
  })

  test('is ahead in the middle too', () => {
    const position = new LogPosition(100)
    position.advance(199)
    expect(position.place(250)).toBe('ahead')
    expect(position.next).toBe(200)
  })

  test('is after a gap when going back did not help: the log no longer has it', () => {
    const position = new LogPosition(100)
    expect(position.place(300)).toBe('ahead')
    expect(position.place(300)).toBe('after a gap')
    position.advance(349)
    expect(position.place(350)).toBe('next')
    expect(position.place(400)).toBe('ahead')
  })
})
