import { createHmac } from 'node:crypto'
import type { Severity } from '../../../schemas/alerts/severity.ts'
import type { ReceiverRequest } from './ask-receiver.ts'
import type { Notice } from './notification.ts'
import { noticeOf } from './notification-ledger.ts'
import { type Receiver, successOf, type Told } from './receiver.ts'
import type { ReceiverEntry, ReceiverFormat } from './receiver-file.ts'

/** How a chat platform's group robot takes messages, by its published documentation. */
interface Platform {
  /** What its answer says of a message that it took. */
  readonly success: { readonly field: string; readonly is: number }
  /** Messages a minute to one group. */
  readonly perMinute: number
  /** Alerts of one message, and bytes of each, so that all of them together are below what a message may have. */
  readonly atOnce: number
  readonly bytesEach: number
  readonly request: (
    message: Message,
    secret: string | undefined,
    wallNow: number,
  ) => Pick<ReceiverRequest, 'url' | 'body'>
}

interface Message {
  readonly url: string
  readonly title: string
  readonly markdown: string
}

const platforms: Readonly<Record<Exclude<ReceiverFormat, 'citybrain'>, Platform>> = {
  // A message has at most 20,000 bytes.
  dingtalk: {
    success: { field: 'errcode', is: 0 },
    perMinute: 20,
    atOnce: 20,
    bytesEach: 700,
    request: ({ url, title, markdown: text }, secret, wallNow) => ({
      url: secret === undefined ? url : signedAddress(url, secret, wallNow),
      body: JSON.stringify({ msgtype: 'markdown', markdown: { title, text } }),
    }),
  },
  // A request has at most 20 KB.
  feishu: {
    success: { field: 'code', is: 0 },
    perMinute: 100,
    atOnce: 20,
    bytesEach: 700,
    request: ({ url, markdown: content }, secret, wallNow) => ({
      url,
      body: JSON.stringify({
        ...(secret === undefined ? {} : feishuSignature(secret, wallNow)),
        msg_type: 'interactive',
        card: { elements: [{ tag: 'markdown', content }] },
      }),
    }),
  },
  // A message has at most 4,096 bytes.
  wecom: {
    success: { field: 'errcode', is: 0 },
    perMinute: 20,
    atOnce: 8,
    bytesEach: 480,
    request: ({ url, markdown: content }) => ({
      url,
      body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }),
    }),
  },
}

/** A robot in a chat group: what comes at once is one message. */
export function chatRobot(
  entry: ReceiverEntry & { readonly format: keyof typeof platforms },
  linkTo: (alertId: string) => string,
): Receiver {
  const platform = platforms[entry.format]
  const { field, is } = entry.success ?? platform.success
  return {
    name: entry.name,
    atOnce: platform.atOnce,
    perMinute: entry.per_minute ?? platform.perMinute,
    refusal: successOf(field, is),
    request(told, wallNow) {
      const [first] = told
      const title = told.length === 1 ? headOf(first) : `${told.length} 条告警`
      const entries = told.map(one => clipped(entryOf(one, linkTo), platform.bytesEach))
      const markdown = [...(told.length === 1 ? [] : [`**${title}**`]), ...entries].join('\n\n')
      return { headers: {}, ...platform.request({ url: entry.url, title, markdown }, entry.secret, wallNow) }
    },
  }
}

const notices: Readonly<Record<Notice, string>> = {
  fired: '触发',
  escalated: '升级',
  resolved: '恢复',
  retracted: '撤回',
}
const severities: Readonly<Record<Severity, string>> = {
  critical: '紧急',
  major: '重要',
  minor: '次要',
  warning: '警告',
}

function headOf({ notification, alert }: Told): string {
  return `[${severities[alert.severity]}] ${notices[noticeOf(notification.transition)]}：${alert.annotations.summary_zh || alert.rule}`
}

function entryOf(
  told: Told,
  linkTo: (alertId: string) => string,
): { readonly text: string; readonly link: string } {
  return { text: headOf(told), link: `[查看](${linkTo(told.alert.alert_id)})` }
}

/** The link is kept whole. */
function clipped({ text, link }: ReturnType<typeof entryOf>, bytes: number): string {
  const room = bytes - Buffer.byteLength(link) - 8
  let kept = text.replaceAll('\n', ' ')
  while (Buffer.byteLength(kept) > room && kept.length > 0)
    kept = kept.slice(0, -1).replace(/[\uD800-\uDBFF]$/, '')
  return `**${kept}${kept.length < text.length ? '…' : ''}** ${link}`
}

function signedAddress(url: string, secret: string, wallNow: number): string {
  const address = new URL(url)
  address.searchParams.set('timestamp', String(wallNow))
  address.searchParams.set(
    'sign',
    createHmac('sha256', secret).update(`${wallNow}\n${secret}`).digest('base64'),
  )
  return address.href
}

/** The key is the text that is signed, and what is signed is empty. */
function feishuSignature(secret: string, wallNow: number) {
  const timestamp = String(Math.floor(wallNow / 1_000))
  const sign = createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64')
  return { timestamp, sign }
}
