import { useShared, useWords } from '../wall-context.ts'

const levels = ['cities', 'counties'] as const

/** Cities or counties. */
export function LevelPicker() {
  const { navigation } = useShared()
  const { t } = useWords()
  const { map } = navigation.route.value
  return (
    <div class="scopes" data-testid="level-picker">
      {levels.map(level => (
        <button
          key={level}
          type="button"
          aria-pressed={level === map}
          data-level={level}
          onClick={() => navigation.go({ map: level })}
        >
          {t[level]}
        </button>
      ))}
    </div>
  )
}
