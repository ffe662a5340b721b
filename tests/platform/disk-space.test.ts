import { expect, test } from 'vitest'
import { diskState, isDiskFailure, isDiskFull, mebibyte } from '../../platform/disk-space.ts'

const limits = { diskLowMib: 1000, diskFullMib: 50 }
const free = (mib: number, freeFiles: number | null = null) => ({ freeBytes: mib * mebibyte, freeFiles })
const failed = (code: string) => Object.assign(new Error(code), { code })

test.each([
  [5000, 'ok'],
  [999, 'low'],
  [49, 'full'],
  [0, 'full'],
])('%i MiB are %s', (mib, state) => {
  expect(diskState(free(mib), limits)).toBe(state)
})

test('a disk that may have no more files is full', () => {
  expect(diskState(free(5000, 0), limits)).toBe('full')
  expect(diskState(free(5000, 1), limits)).toBe('ok')
})

test('a state that has begun ends above its limit', () => {
  expect(diskState(free(55), limits, 'full')).toBe('full')
  expect(diskState(free(61), limits, 'full')).toBe('low')
  expect(diskState(free(1100), limits, 'low')).toBe('low')
  expect(diskState(free(1201), limits, 'low')).toBe('ok')
  expect(diskState(free(1201), limits, 'full')).toBe('ok')
})

test('full is one way for a disk to fail', () => {
  expect(['ENOSPC', 'EDQUOT', 'EIO', 'ENOENT'].map(code => isDiskFull(failed(code)))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(['ENOSPC', 'EIO', 'EPIPE'].map(code => isDiskFailure(failed(code)))).toEqual([true, true, false])
})
