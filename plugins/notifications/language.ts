/** Owns in which language somebody is told: theirs, the installation's first, English, else the first there is (OTRS behaviour). */
import type { Config } from '../../core/index.ts'
import type { NotificationText, NotificationTexts } from './notifications.ts'

export function textFor(
  texts: NotificationTexts,
  language: string | null,
  { languages }: Pick<Config, 'languages'>,
): (NotificationText & { language: string }) | undefined {
  const chosen = [language, languages[0], 'en', Object.keys(texts).toSorted()[0]].find((one) => one && Object.hasOwn(texts, one))
  return chosen ? { ...texts[chosen]!, language: chosen } : undefined
}
