import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../test/web.ts'
import { administrationTexts } from '../audit/administration-texts.ts'
import { revertEvent } from '../administration/revert.ts'
import { listEvents } from '../administration/log.ts'
import { definePlugin } from '../kernel/contract.ts'
import { createPerson, findPerson } from '../person/persons.ts'
import { findWording } from '../mail/texts/auto-response.store.ts'
import { createText, editText, findText, setQueueText, textVariants } from '../mail/texts/text-admin.ts'
import { page } from '../web/page.tsx'
import {
  COMPLETE_LANGUAGES,
  fallbacks,
  inLanguage,
  isLanguage,
  LANGUAGE_CODES,
  LANGUAGES,
  languageChoices,
  languageFor,
  languagesToTry,
  type ByLanguage,
  type Language,
} from './languages.ts'
import { nameColumn, nameIn } from './names.ts'
import { defineTexts, sayText } from './texts.ts'

const pl = {
  greeting: 'Dzień dobry, {name}!',
  letters: { one: '{count} list', few: '{count} listy', many: '{count} listów', other: '{count} listu' },
  'page.end': 'Koniec',
}
const en = { greeting: 'Hello, {name}!', letters: { one: '{count} letter', other: '{count} letters' }, 'page.end': 'The end' }
/** Begun, not finished: `page.end` is missing. */
const uk = {
  greeting: 'Добрий день, {name}!',
  letters: { one: '{count} лист', few: '{count} листи', many: '{count} листів', other: '{count} листа' },
}
const words = defineTexts(pl, en, { uk })

describe('the list of languages', () => {
  it('leads from each language to one in which nothing is missing', () => {
    for (const language of LANGUAGE_CODES) {
      expect(LANGUAGES[fallbacks(language).at(-1)!].complete).toBe(true)
      expect(new Set(fallbacks(language)).size).toBe(fallbacks(language).length)
      expect(Intl.getCanonicalLocales(LANGUAGES[language].locale)).toEqual([LANGUAGES[language].locale])
    }
    expect(fallbacks('uk')).toEqual(['uk', 'pl'])
    expect(COMPLETE_LANGUAGES).toEqual(['pl', 'en'])
    expect([isLanguage('uk'), isLanguage('xx'), isLanguage('constructor'), isLanguage(null)]).toEqual([true, false, false, false])
  })
  it('gives an installation what it offers, the first for whoever wished nothing that there is', () => {
    expect(languageFor({ languages: ['en', 'pl'] }, null, 'uk', undefined)).toBe('en')
    expect(languageFor({ languages: ['en', 'pl'] }, 'xx', 'pl')).toBe('pl')
    expect(languagesToTry({ languages: ['uk'] })).toEqual(['uk', 'pl', 'en'])
    expect(languageChoices({ languages: ['pl', 'en'] }, 'uk', null)).toEqual([
      { value: 'pl', label: 'Polski' },
      { value: 'en', label: 'English' },
      { value: 'uk', label: 'Українська' },
    ])
  })
  it('lets nothing be left out for a complete language, and something for one that is begun', () => {
    const both: ByLanguage<string> = { pl: 'dwa', en: 'two' }
    expect(LANGUAGE_CODES.map((language) => inLanguage(both, language))).toEqual(['dwa', 'two', 'dwa'])
    // @ts-expect-error English is complete: it cannot be missing.
    const wrong: ByLanguage<string> = { pl: 'dwa' }
    // @ts-expect-error A key is missing in English.
    const alsoWrong = defineTexts(pl, { greeting: 'Hello' })
    // @ts-expect-error No text of ours has this key.
    const strange = defineTexts(pl, en, { uk: { strange: 'дивно' } })
    // @ts-expect-error No such language.
    const unknown: Language = 'xx'
    expect([wrong, alsoWrong, strange, unknown]).toHaveLength(4)
  })
})

describe('the log', () => {
  it('has a word for each language', () => {
    // A value is said by the language's own name; texts in it are a field each.
    expect(LANGUAGE_CODES.filter((code) => !(`field.${code}` in administrationTexts.pl))).toEqual([])
  })
})

describe('texts of a language that is begun', () => {
  it('are said in it where they are there, else in its fallback, each with the plural forms of its own', () => {
    const t = words.in('uk')
    expect([1, 2, 5, 22].map((count) => t('letters', { count }))).toEqual(['1 лист', '2 листи', '5 листів', '22 листи'])
    expect(t('page.end')).toBe('Koniec')
    expect(sayText(words, 'uk', 'page.end')).toBe('Koniec')
    expect(sayText(defineTexts(pl, en), 'uk', 'letters', { count: 3 })).toBe('3 listy')
    expect(sayText(words, 'uk', 'nowhere')).toBeUndefined()
  })
})

const letters = definePlugin({
  name: 'letters',
  api: 1,
  scope: 'installation',
  texts: words,
  routes(app) {
    app.get('/letters', (c) => {
      const t = words.in(c.get('language'))
      return page(c, { title: t('greeting', { name: 'Olena' }), body: `${t('letters', { count: 3 })}; ${t('page.end')}` })
    })
  },
})
const langOf = (html: string) => /<html lang="(\w+)"/.exec(html)![1]

describe('an installation that offers a third language', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite([letters], { languages: ['pl', 'en', 'uk'] })
  })
  afterAll(() => site.close())

  it('shows its pages in it, what is missing in the fallback', async () => {
    const visitor = site.visitor()
    const html = await (await visitor.get('/letters?lang=uk')).text()
    expect(langOf(html)).toBe('uk')
    expect(html).toContain('Добрий день, Olena!')
    expect(html).toContain('3 листи; Koniec')
    expect(html).toContain('Przejdź do treści')
    expect(html).toMatch(/value="uk" lang="uk" class="segment" aria-pressed="true">Українська</)
    expect(langOf(await (await visitor.get('/letters')).text())).toBe('uk')
    expect(langOf(await (await site.visitor().get('/letters', { 'accept-language': 'uk-UA, en;q=0.5' })).text())).toBe('uk')
  })
  it("keeps it as a person's choice, and answers their mail in it", async () => {
    const {
      make,
      database: { db },
    } = site
    const personId = await make.person({})
    const person = await site.loggedIn(personId)
    await person.get('/letters')
    expect((await person.post('/preferences', { language: 'uk', back: '/letters' })).status).toBe(303)
    expect((await findPerson(db, personId))!.language).toBe('uk')
    expect(langOf(await (await person.get('/letters')).text())).toBe('uk')

    const id = await make.asSystem(async (work) => {
      const made = await createText(work, {
        name: 'Трьома мовами',
        type: 'auto reply',
        valid: true,
        variants: textVariants({
          'pl.subject': 'Przyjęte',
          'pl.body': 'Dziękujemy.',
          'uk.subject': 'Прийнято',
          'uk.body': 'Дякуємо.',
          'xx.subject': 'nic',
        }),
      })
      await setQueueText(work, '4', 'auto reply', made)
      return made
    })
    expect(Object.keys((await findText(db, id))!.variants).toSorted()).toEqual(['pl', 'uk'])
    // Going back from a change brings every language back, the third one too.
    const write = (body: string) =>
      make.asSystem((work) =>
        editText(work, id, {
          name: 'Трьома мовами',
          valid: true,
          variants: textVariants({
            'pl.subject': 'Przyjęte',
            'pl.body': body,
            'uk.subject': 'Прийнято',
            'uk.body': body,
          }),
        }),
      )
    await write('Друге.')
    const event = (await listEvents(db, 'all', { filter: { objectType: 'text', objectId: id } })).rows[0]!
    const central = await make.actor(await make.agent({ 2: ['rw'] }))
    await make.work(central, (work) => revertEvent(work, event))
    expect((await findText(db, id))!.variants).toEqual({
      pl: { subject: 'Przyjęte', body: 'Dziękujemy.\n' },
      uk: { subject: 'Прийнято', body: 'Дякуємо.\n' },
    })

    const answered = async (language: Language | null, order?: readonly Language[]) =>
      (await findWording(db, '4', 'auto reply', language, order))?.language
    expect([await answered('uk'), await answered('en'), await answered(null, ['uk', 'pl'])]).toEqual(['uk', 'pl', 'uk'])
  })
  it('refuses a language that there is not', async () => {
    await expect(site.make.asSystem((work) => createPerson(work, { name: 'Ktoś', language: 'xx' as Language }))).rejects.toMatchObject({
      code: 'choice-gone',
      field: 'language',
    })
  })
})

describe('an installation in English first', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite([letters], { languages: ['en', 'pl'] })
  })
  afterAll(() => site.close())

  it('speaks it to whoever wishes nothing that it offers', async () => {
    const lang = async (path: string, headers: Record<string, string> = {}) =>
      langOf(await (await site.visitor().get(path, headers)).text())
    expect([
      await lang('/letters'),
      await lang('/letters', { 'accept-language': 'de' }),
      await lang('/letters', { 'accept-language': 'pl' }),
    ]).toEqual(['en', 'en', 'pl'])
    expect(await lang('/nowhere')).toBe('en')
  })
  it('neither offers nor obeys a language of the list that it does not have', async () => {
    const visitor = site.visitor()
    const html = await (await visitor.get('/letters?lang=uk')).text()
    expect([langOf(html), html.includes('Українська'), visitor.cookies.has('language')]).toEqual(['en', false, false])
    await visitor.post('/preferences', { language: 'uk', back: '/letters' })
    expect(visitor.cookies.has('language')).toBe(false)
  })
  it('names units alike in pages and in SQL', async () => {
    const { db } = site.database
    await db.updateTable('unit').set({ name: 'Informatyka', name_en: 'IT' }).where('id', '=', '1').execute()
    for (const language of LANGUAGE_CODES) {
      const { rows } = await sql<{ name: string }>`select ${nameColumn('unit', language)} as name from unit where id = '1'`.execute(db)
      expect(rows[0]!.name).toBe(nameIn({ name: 'Informatyka', nameEn: 'IT' }, language))
      expect(nameIn({ name: 'Biblioteka', nameEn: null }, language)).toBe('Biblioteka')
    }
  })
})
