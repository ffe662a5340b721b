import { describe, expect, it } from 'vitest'
import { hashOfKey, parseKeyFile } from '../../../ingest/access/key-file.ts'

const key = '0123456789abcdef'
const problemsOf = (text: string) => {
  try {
    return parseKeyFile(text, 'keys.yaml')
  } catch (error) {
    return (error as Error).message
  }
}

describe('a key file', () => {
  it('is a list of names, keys or their hashes, and scopes, in YAML or JSON', () => {
    const hash = hashOfKey('another key of ours').toString('hex')
    const yaml = `
- name: jinan
  key: ${key}
  records: [parking, rack]
  counties: [370102, "370200", 371200]
  assets: false
- { name: all, sha256: ${hash}, any_source: true }
`
    const [jinan, all] = parseKeyFile(yaml, 'keys.yaml')
    expect(jinan).toMatchObject({ name: 'jinan', assets: false, anySource: false, hash: hashOfKey(key) })
    expect([...jinan!.records]).toEqual(['parking', 'rack'])
    // A county, the counties of a city, and the successor of a county that is no more.
    expect([...jinan!.counties]).toEqual(expect.arrayContaining(['370102', '370202', '370116']))
    expect([jinan!.counties.has('370103'), jinan!.counties.has('370200')]).toEqual([false, false])
    expect(all).toMatchObject({ assets: true, anySource: true, hash: hashOfKey('another key of ours') })
    expect([all!.records.size, all!.counties.size]).toEqual([7, 136])
    expect(parseKeyFile(JSON.stringify([{ name: 'a', key }]), 'keys.json')).toHaveLength(1)
  })

  it('is told all its mistakes at once, with their lines', () => {
    const text = `- name: a
  key: short
- name: a
  key: ${key}
  records: [parking, cars]
- name: b
  key: ${key}
  counties: [999999]
  asets: false
- key: ${key}
  sha256: abc
- name: c
  key: ${key}
- name: d
  key: ${key}
  assets: maybe
`
    const message = problemsOf(text)
    for (const part of [
      'line 2: key: expected at least 16 printable',
      'line 5: records: cars is none of radio_pm, ',
      'line 8: counties: 999999 is not the code of a region',
      'line 9: asets is none of name, key, ',
      'line 10: name: expected letters',
      'line 10: expected either key or sha256',
      'line 14: this key is there twice',
      'line 16: assets: expected true or false',
    ]) {
      expect(message).toContain(part)
    }
    expect(message).not.toContain(key)
  })

  it.each([
    ['', 'line 1: expected a list of keys'],
    ['[]', 'line 1: expected a list of keys'],
    ['a: 1', 'line 1: expected a list of keys'],
    ['- "x', 'line 1: '],
    ['- 17', 'line 1: expected name, key and scope'],
  ])('%j: %s', (text, problem) => expect(problemsOf(text)).toContain(problem))
})
