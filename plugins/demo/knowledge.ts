/** Owns the made-up university's knowledge base: what people ask most, answered once. */
import { sql } from 'kysely'
import { findPersonByAddress, findUnitBySlug, fold, setActivation, type Work } from '../../core/index.ts'
import { ENTRIES, KNOWLEDGE, type Entry } from './answers.ts'
import { AGENTS, CUSTOMERS } from './people.ts'
import { DAY } from './when.ts'

const plain = (markdown: string) =>
  markdown
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/^(#+|-|\d+\.) /gm, '')
    .replace(/\*+/g, '')
    .replace(/\s+/g, ' ')
    .trim()

/** Where the plugin `faq` is in use: it has its tables then. */
export async function writeKnowledge(work: Work): Promise<void> {
  const {
    rows: [known],
  } = await sql<{ there: boolean }>`select to_regclass('faq_item') is not null as there`.execute(work.db)
  if (!known!.there) return
  for (const [slug, categories] of Object.entries(KNOWLEDGE)) {
    const unit = (await findUnitBySlug(work.db, slug))!
    await setActivation(work, 'faq', unit.id, true)
    for (const [position, category] of categories.entries()) {
      const {
        rows: [made],
      } = await sql<{ id: string }>`insert into faq_category (unit_id, name, name_en, position)
        values (${unit.id}, ${category.name}, ${category.nameEn}, ${position}) returning id`.execute(work.db)
      for (const entry of ENTRIES.filter((one) => one.category === category.name)) await writeEntry(work, made!.id, entry)
    }
  }
}

async function writeEntry(work: Work, categoryId: string, entry: Entry): Promise<void> {
  const at = new Date(work.now.getTime() - entry.daysAgo * DAY)
  const author = (await findPersonByAddress(work.db, AGENTS.find((agent) => agent.lastName === entry.by)!.address))!.id
  const words = plain([entry.answer, entry.symptom].filter(Boolean).join(' '))
  const {
    rows: [item],
  } = await sql<{ id: string }>`insert into faq_item (category_id, language, audience, created_at, created_by)
    values (${categoryId}, ${entry.language ?? 'pl'}, ${entry.audience ?? 'public'}, ${at}, ${author}) returning id`.execute(work.db)
  await sql`with text as (
      insert into faq_revision (item_id, title, keywords, content_type, symptom, solution, comment, search_title, search_keywords, search_text, search_plain,
        created_at, created_by, approved_at, approved_by)
      values (${item!.id}, ${entry.title}, ${entry.keywords}, 'markdown', ${entry.symptom ?? ''}, ${entry.answer}, ${entry.comment ?? ''},
        ${fold(entry.title)}, ${fold(entry.keywords)}, ${fold(words)}, ${words.slice(0, 1000)}, ${at}, ${author}, ${at}, ${author}) returning id)
    update faq_item set published_id = text.id, latest_id = text.id from text where faq_item.id = ${item!.id}`.execute(work.db)
  const [helped, of] = entry.votes ?? [0, 0]
  for (const [i, voter] of CUSTOMERS.slice(0, of).entries()) {
    const person = (await findPersonByAddress(work.db, voter.address))!.id
    await sql`insert into faq_vote (item_id, person_id, rate, created_at) values (${item!.id}, ${person}, ${i < helped ? 100 : 0}, ${work.now})`.execute(
      work.db,
    )
  }
}
