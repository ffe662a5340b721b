import { expect, test } from 'vitest'
import { Console, type Screen } from '../../../../deploy/local/console/console.ts'
import { ManualClock } from '../../../../platform/clock.ts'

function screen(isTTY: boolean): Screen & { text: string } {
  return {
    isTTY,
    text: '',
    write(text: string) {
      this.text += text
    },
  }
}

test('levels below the threshold are not shown, what is printed always is', () => {
  const target = screen(false)
  const console = new Console({ screen: target, level: 'warn', clock: new ManualClock() })
  console.event('info', 'kafka', 'starting')
  console.output('kafka', 'stdout', 'a line on stdout')
  console.output('kafka', 'stderr', 'a line on stderr')
  console.print('citybrain is up')
  expect(target.text).toMatch(/^\S+ WARN {2}kafka {7}a line on stderr\ncity\w+ is up\n$/)
})

test('only a terminal gets colours and a spinner, and the spinner makes way for lines', () => {
  const plain = screen(false)
  const terminal = screen(true)
  for (const target of [plain, terminal]) {
    const console = new Console({ screen: target, level: 'info', clock: new ManualClock() })
    console.wait(() => 'waiting for kafka')
    console.event('error', 'kafka', 'crashed')
    console.wait(null)
  }
  expect(plain.text).toMatch(/^\S+ ERROR kafka {7}crashed\n$/)
  expect(terminal.text).toContain('\u001b[31mERROR\u001b[0m')
  expect(terminal.text).toContain('waiting for kafka')
  expect(terminal.text.endsWith('\r\u001b[K')).toBe(true)
})
