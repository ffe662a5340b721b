import { useEffect, useState } from 'preact/hooks'
import { originTexts } from '../../text/origin-texts.ts'
import { useWords } from '../wall-context.ts'

interface Props {
  readonly label: string
  readonly text: string | null
  readonly testid: string
}

const toldMs = 2_000

/** Copies a text and says so for a moment. */
export function CopyButton({ label, text, testid }: Props) {
  const t = originTexts[useWords().language]
  const [told, tell] = useState<string | null>(null)
  useEffect(() => {
    if (told === null) return
    const timer = setTimeout(() => tell(null), toldMs)
    return () => clearTimeout(timer)
  }, [told])
  if (text === null) return null
  return (
    <button
      type="button"
      class="copy"
      data-testid={testid}
      data-text={text}
      onClick={async () => tell((await copy(text)) ? t.copied : t.notCopied)}
    >
      {told ?? label}
    </button>
  )
}

/** The clipboard is there on secure origins only; a wall in a hall may be served over plain HTTP. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
