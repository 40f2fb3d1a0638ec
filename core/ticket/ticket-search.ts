/** Owns how tickets are found by what somebody types, as SQL: ways into the table, each by an index of its own. */
import { sql, type RawBuilder } from 'kysely'
import { numbersIn, typedWords, type TypedWord } from '../search/typed.ts'

/** What is shorter no index of trigrams knows: where an agent types nothing else it is looked for in titles of the newest tickets only. */
const TRIGRAM = 3
export const SHORT_WORD_TICKETS = 20_000
const YEAR = 4

/** One way to tickets: a condition on the table `ticket`, and whether its index is to be used whatever order is wanted of what it finds. */
export interface SearchWay {
  condition: RawBuilder<unknown>
  fenced: boolean
}

/**
 * By the whole number, wherever it stands in the text; else every word must be found: in the title, in the customer's name or address,
 * or as beginning or end of the number (four digits may be a year, with which all numbers of a year begin: those are an end only).
 * One word, the rarest, is looked up in indexes – title, people, numbers, each a way; what it finds is asked for the others. As one condition with
 * "or" the planner may use none of them. Undefined: nothing is looked for. `everybodys`: among the tickets of a whole house, not some person's own.
 */
export function searchWays(text: string | undefined, { everybodys }: { everybodys: boolean }): SearchWay[] | undefined {
  const [rarest, ...others] = typedWords(text ?? '').toSorted((a, b) => rarity(b) - rarity(a))
  if (!rarest) return undefined
  const and = (first: RawBuilder<unknown>) => sql`(${sql.join([first, ...others.map(anywhere)], sql` and `)})`
  const numbers = numbersIn(text ?? '')
  const short = isShort(rarest)
  return [
    { condition: and(short && everybodys ? sql`${inTitle(rarest)} and ${AMONG_NEWEST}` : inTitle(rarest)), fenced: !short },
    // As an array it is a question to the index.
    { condition: and(sql`ticket.customer_id = any(array(${people(rarest)}))`), fenced: true },
    ...byNumber(rarest).map((condition) => ({ condition: and(condition), fenced: true })),
    ...(numbers.length > 0 ? [{ condition: sql`ticket.number = any(${numbers}::text[])`, fenced: true }] : []),
  ]
}

/** The same as one condition, for a ticket that is known. */
export function searchCondition(text: string | undefined): RawBuilder<unknown> | undefined {
  const words = typedWords(text ?? '')
  if (words.length === 0) return undefined
  const numbers = numbersIn(text ?? '')
  const found = sql.join(words.map(anywhere), sql` and `)
  return numbers.length > 0 ? sql`(ticket.number = any(${numbers}::text[]) or (${found}))` : sql`(${found})`
}

/** Nothing that was typed is long enough to be looked for in all titles: whoever reads what was found should know. */
export function onlyShortWords(text: string): boolean {
  const words = typedWords(text)
  return words.length > 0 && words.every(isShort)
}

const isShort = ({ text, digits }: TypedWord): boolean => [...text].length < TRIGRAM && digits === null
const AMONG_NEWEST = sql`ticket.created_at >= coalesce((select n.created_at from ticket n order by n.created_at desc, n.id desc
  offset ${sql.lit(SHORT_WORD_TICKETS)} limit 1), '-infinity')`

const inTitle = ({ pattern }: TypedWord) => sql`ticket.title ~* ${pattern}`
const people = ({ pattern }: TypedWord) =>
  sql`select id from person where name ~* ${pattern} union select person_id from person_address where address ~* ${pattern}`
const byNumber = ({ digits }: TypedWord): RawBuilder<unknown>[] =>
  digits === null
    ? []
    : [
        sql`reverse(ticket.number) like ${`${[...digits].reverse().join('')}%`}`,
        ...(digits.length > YEAR ? [sql`ticket.number like ${`${digits}%`}`] : []),
      ]

/** Where rows are asked one by one: people are a set in which each is looked up at once. */
const anywhere = (word: TypedWord): RawBuilder<unknown> =>
  sql`(${sql.join([inTitle(word), sql`ticket.customer_id in (${people(word)})`, ...byNumber(word)], sql` or `)})`

/** The longer the rarer, and part of a number is rarer than any word. */
const rarity = ({ text, digits }: TypedWord): number => text.length + (digits !== null && digits.length > YEAR ? 1000 : 0)
