import { expect, test } from 'vitest'
import { defaultOptions, parseStartOptions, startHelp } from '../../../../deploy/local/setup/start-options.ts'

test('without flags everything has its default', () => {
  expect(parseStartOptions([])).toEqual(defaultOptions)
})

test('every flag is understood, with a space or an equals sign', () => {
  expect(
    parseStartOptions([
      '--no-simulator',
      '--scale',
      '10',
      '--speed=60',
      '--seed',
      '7',
      '--data-dir',
      '/tmp/d',
      '--port-offset=1000',
      '--windows',
      'rack=60s/30s,radio_pm=60s/60s',
      '--start-timeout',
      '600',
      '--hang-timeout=0',
    ]),
  ).toEqual({
    help: false,
    simulator: false,
    scale: 10,
    speed: 60,
    seed: 7,
    dataDir: '/tmp/d',
    portOffset: 1000,
    windows: 'rack=60s/30s,radio_pm=60s/60s',
    patience: { startMs: 600_000, hangMs: 0 },
  })
})

test.each([
  [['--sclae', '10'], 'there is no option --sclae'],
  [['--constructor'], 'there is no option --constructor'],
  [['-x'], 'there is no option -x'],
  [['now'], '`now` is not expected: every option starts with --'],
  [['--scale'], '--scale needs a value'],
  [['--no-simulator=yes'], '--no-simulator takes no value'],
  [['--scale', 'big'], '--scale: `big` is not a number above 0'],
  [['--speed', '0'], '--speed: `0` is not a number above 0'],
  [['--seed', '1.5'], '--seed: `1.5` is not a whole number'],
  [['--port-offset', '2000'], '--port-offset: `2000` leads to ports that browsers refuse: 10080'],
  [['--port-offset', '70000'], '--port-offset: `70000` is not a whole number from -'],
  [['--start-timeout', '0'], '--start-timeout: `0` is not a number above 0'],
  [['--hang-timeout', 'off'], '--hang-timeout: `off` is not a whole number'],
  [['--windows', 'racks=60s/30s'], '--windows: `racks=60s/30s` names no record'],
  [['--windows', 'rack=60/30'], '--windows: `rack=60/30` is not record=size/lateness'],
])('%j is refused in one sentence', (args, sentence) => {
  expect(() => parseStartOptions(args)).toThrow(sentence)
})

test('the help names every flag', () => {
  const help = startHelp()
  for (const flag of [
    'no-simulator',
    'scale',
    'speed',
    'seed',
    'data-dir',
    'port-offset',
    'start-timeout',
    'hang-timeout',
    'windows',
    'help',
  ]) {
    expect(help).toContain(`--${flag}`)
  }
})
