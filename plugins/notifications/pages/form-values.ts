/** Owns reading a notification from what its form posts, and naming agents as one types them. */
import { findPerson, isEvent, isLanguage, lookUpPerson, readRuleForm, refused, type Id } from '../../../core/index.ts'
import type { NotificationForm, NotificationTexts } from '../notifications.ts'
import { ARTICLE_CHANNELS, ARTICLE_SENDERS, ARTICLE_TEXTS, RECIPIENTS, type ArticleFilter, type RuleGiven } from '../rule.ts'
import type { NotificationHost } from './place.ts'

export const WAYS = ['mail', 'page'] as const

type Values = Readonly<Record<string, string>>

/** Errors: `person.unknown` at 'agents', those of a condition at its fields; all else the act itself refuses. */
export async function readNotification(host: NotificationHost, values: Values): Promise<NotificationForm> {
  const ticked = <T extends string>(prefix: string, all: readonly T[]): T[] => all.filter((one) => Boolean(values[`${prefix}.${one}`]))
  const named = (prefix: string): string[] =>
    Object.entries(values).flatMap(([name, value]) => (name.startsWith(`${prefix}.`) && value ? [name.slice(prefix.length + 1)] : []))
  const is = (name: string) => Boolean(values[name])
  const rule: RuleGiven = {
    events: named('event').filter(isEvent),
    filter: readRuleForm(values),
    article: readArticle(values),
    recipients: ticked('recipient', RECIPIENTS),
    agents: await readAgents(host, values['agents'] ?? ''),
    groups: named('group'),
    roles: named('role'),
    addresses: (values['addresses'] ?? '').trim(),
    ways: ticked('way', WAYS),
    choice: (['none', 'free', 'one-at-least'] as const).find((one) => one === values['choice']) ?? 'none',
    byDefault: ticked('byDefault', WAYS),
    oncePerDay: is('oncePerDay'),
    outOfOffice: is('outOfOffice'),
    substitutes: is('substitutes'),
    hours: (['within', 'outside'] as const).find((one) => one === values['hours']) ?? null,
    visible: is('visible'),
    attachments: is('attachments'),
    template: (['Default', 'Alert', 'Unformatted'] as const).find((one) => one === values['template']) ?? 'Default',
  }
  return { name: values['name'] ?? '', comment: values['comment'] ?? '', valid: is('valid'), rule, texts: readTexts(values) }
}

const lines = (text: string | undefined): string[] => [
  ...new Set(
    (text ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  ),
]

function readArticle(values: Values): ArticleFilter {
  const senderTypes = ARTICLE_SENDERS.filter((one) => values[`article.sender.${one}`])
  const channels = ARTICLE_CHANNELS.filter((one) => values[`article.channel.${one}`])
  const visible = values['article.visible']
  const texts = ARTICLE_TEXTS.flatMap((name) => {
    const wanted = lines(values[`article.${name}`])
    return wanted.length > 0 ? [[name, wanted]] : []
  })
  return {
    ...(senderTypes.length > 0 ? { senderTypes } : {}),
    ...(channels.length > 0 ? { channels } : {}),
    ...(visible === 'yes' || visible === 'no' ? { visible: visible === 'yes' } : {}),
    ...Object.fromEntries(texts),
  }
}

async function readAgents(host: NotificationHost, typed: string): Promise<Id[]> {
  const ids: Id[] = []
  for (const who of lines(typed.replaceAll(/[,;]/g, '\n'))) {
    const person = await lookUpPerson(host, who)
    if (!person?.agent) throw refused('person.unknown', { who }, 'agents')
    ids.push(person.id)
  }
  return [...new Set(ids)]
}

/** A line each: what `readAgents` finds again. */
export async function sayAgents(host: NotificationHost, ids: readonly Id[]): Promise<string> {
  const persons = await Promise.all(ids.map((id) => findPerson(host.db, id)))
  return persons.flatMap((person) => person?.login ?? person?.address ?? []).join('\n')
}

function readTexts(values: Values): NotificationTexts {
  const texts: { -readonly [L in keyof NotificationTexts]: NotificationTexts[L] } = {}
  for (const name of Object.keys(values)) {
    const [language = '', part] = name.split('.')
    if (part !== 'subject' || !isLanguage(language)) continue
    texts[language] = {
      subject: values[`${language}.subject`] ?? '',
      body: values[`${language}.body`] ?? '',
      contentType: values[`${language}.contentType`] === 'text/html' ? 'text/html' : 'text/plain',
    }
  }
  return texts
}
