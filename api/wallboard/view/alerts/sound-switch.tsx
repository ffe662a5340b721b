import { useEffect, useRef, useState } from 'preact/hooks'
import { hasNew, unheard } from '../../state/alerts/new-critical.ts'
import { alertTexts } from '../../text/alert-texts.ts'
import { useShared, useWords } from '../wall-context.ts'

const kept = 'citybrain.alert-sound'

/** Off unless somebody switched it on here: a tone when a critical alert comes that nobody has acknowledged. */
export function SoundSwitch() {
  const { wall } = useShared()
  const { language } = useWords()
  const t = alertTexts[language]
  const [isOn, turn] = useState(() => localStorage.getItem(kept) === 'on')
  const context = useRef<AudioContext | null>(null)
  const before = useRef<ReadonlySet<string> | null>(null)
  const { loaded } = wall.pulse.value
  const critical = unheard(wall.alerts.value)
  useEffect(() => {
    if (!loaded) return
    if (isOn && hasNew(before.current, critical)) {
      context.current ??= new AudioContext()
      sound(context.current)
    }
    before.current = critical
  })
  const change = (): void => {
    const next = !isOn
    turn(next)
    localStorage.setItem(kept, next ? 'on' : 'off')
    // Browsers let a page sound only after somebody touched it; and one hears what was switched on.
    context.current ??= new AudioContext()
    void context.current.resume()
    if (next) sound(context.current)
  }
  return (
    <button type="button" class="sound" data-testid="sound" aria-pressed={isOn} onClick={change}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 6 H5 L9 2.5 V13.5 L5 10 H2 Z" />
        {isOn ? (
          <path d="M11.5 5 Q13.5 8 11.5 11" class="stroke" />
        ) : (
          <path d="M11 6 L15 10 M15 6 L11 10" class="stroke" />
        )}
      </svg>
      {t.sound} {isOn ? t.on : t.off}
    </button>
  )
}

/** Two tones, rising: half a second, not to be taken for a telephone. */
function sound(context: AudioContext): void {
  for (const [index, hertz] of [660, 880].entries()) {
    const at = context.currentTime + index * 0.22
    const tone = context.createOscillator()
    const loudness = context.createGain()
    tone.frequency.value = hertz
    loudness.gain.setValueAtTime(0, at)
    loudness.gain.linearRampToValueAtTime(0.25, at + 0.02)
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.2)
    tone.connect(loudness).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.22)
  }
}
