/** Owns how an item of the checklist is said: what was seen, or what is to be done. */
import type { Config, Translate } from '../../../core/index.ts'
import type { ImportKey } from '../words.ts'
import { pagesPl } from '../i18n/pages-pl.ts'
import type { Checklist, Item } from './golive.ts'

export function sayItem(
  t: Translate<ImportKey>,
  { name, done }: Pick<Item, 'name' | 'done'>,
  { run, signs }: Pick<Checklist, 'run' | 'signs'>,
  config: Pick<Config, 'mailAddress' | 'baseUrl' | 'http'>,
  sayMoment: (at: Date) => string,
): string {
  const key = `item.${name}.${done ? 'done' : 'open'}`
  if (!(key in pagesPl)) return ''
  const counts: Partial<Record<Item['name'], number>> = {
    decisions: signs?.decisions ?? 0,
    addresses: signs?.addresses ?? 0,
    logins: signs?.shutOut ?? 0,
    directory: signs?.byDirectory ?? 0,
    mail: signs?.arrived ?? 0,
  }
  return t(key as ImportKey, {
    count: counts[name] ?? 0,
    when: run?.snapshotAt ? sayMoment(run.snapshotAt) : '–',
    address: config.mailAddress,
    url: config.baseUrl ?? `http://${config.http.host}:${config.http.port}`,
    directory: signs?.byDirectory ?? 0,
    old: signs?.byOldPassword ?? 0,
    own: signs?.byPassword ?? 0,
  })
}
