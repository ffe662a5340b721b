export const languages = ['zh', 'en'] as const
export type Language = (typeof languages)[number]

export function isLanguage(text: unknown): text is Language {
  return languages.some(language => language === text)
}

/** BCP 47, for Intl and the document. */
export const locales: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' }

/** Something with a name in both languages: a region or a KPI. */
export interface Named {
  readonly zh: string
  readonly en: string
}

export function nameIn({ zh, en }: Named, language: Language): string {
  return language === 'zh' ? zh : en
}

/** A region's name without its kind, where the map has no room: 济南 rather than 济南市. */
export function shortNameIn(named: Named, language: Language): string {
  const name = nameIn(named, language)
  if (language === 'zh') return name.length > 2 ? name.replace(/[市区县]$/, '') : name
  return name.replace(/ (District|County|City)$/, '')
}
