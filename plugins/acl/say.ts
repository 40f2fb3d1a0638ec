/** Owns saying conditions and changes of an ACL in words, as the log has them: what each speaks of, with OTRS's name of it. */
import type { Language } from '../../core/index.ts'
import { texts, type AclKey } from './words.ts'

type Said = Readonly<Record<string, unknown>>

/** 'Kolejka (Queue.Name, co stoi w formularzu): Mechanika; niemożliwe: Priorytet (Ticket.Priority): 1 very low'. */
export function sayParts(value: unknown, { language }: { language: Language }): string {
  const t = texts.in(language)
  const word = (key: string, otherwise: string) => (Object.hasOwn(texts.pl, key) ? t(key as AclKey) : otherwise)
  const about = (key: string, name: string | undefined): string => {
    if (name === undefined) return word(`what.${key}`, key)
    // Of a ticket each attribute has a name of its own.
    const called = key === 'Ticket' ? word(`group.${name}`, '') : word(`group.${key}`, '')
    return called || t('group.other')
  }
  const list = (values: unknown) => (Array.isArray(values) ? values.join(', ') : String(values))
  return Object.entries((value ?? {}) as Record<string, Said>)
    .flatMap(([part, keys]) => {
      const block = word(`block.${part}`, '')
      const way = word(`way.${part}`, '')
      const line = (key: string, name: string | undefined, values: unknown) => {
        const otrs = [name === undefined ? key : `${key}.${name}`, ...(block ? [block] : [])].join(', ')
        return `${way ? `${way}: ` : ''}${about(key, name)} (${otrs}): ${list(values)}`
      }
      return Object.entries(keys).flatMap(([key, said]) =>
        Array.isArray(said) ? [line(key, undefined, said)] : Object.entries(said as Said).map(([name, values]) => line(key, name, values)),
      )
    })
    .join('; ')
}
