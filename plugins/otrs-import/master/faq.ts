/** Owns the knowledge base as it comes from the FAQ package: categories with their groups, entries, files, pictures in texts, votes, views. */
import { sql } from 'kysely'
import { fold, isLanguage, ROOT_UNIT, storeBlob, type Id } from '../../../core/index.ts'
import type { MappedKind } from '../room.ts'
import type { Row } from '../source/source.ts'
import { plainOfHtml } from './html.ts'
import { validId, type Master } from './master.ts'
import { int, isHtml, name, str, validity } from './read.ts'
import { addRows, entriesOf } from './rows.store.ts'

const AUDIENCES = ['internal', 'external', 'public'] as const

export async function takeKnowledge(m: Master): Promise<void> {
  if (!m.source.has('faq_item')) return
  if (!(await thereIs(m, 'faq_item'))) {
    m.tell('no-knowledge-base', 'faq_item', 'faq')
    return
  }
  await takeCategories(m)
  await takeEntries(m)
  await takeVotes(m)
  await takeViews(m)
}

async function thereIs(m: Master, table: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass(${table}) is not null as there`.execute(m.db)
  return rows[0]!.there
}

/** Numbers are kept unless a row of ours has that number already. */
async function freeIds(m: Master, kind: MappedKind, table: string, ids: readonly string[]): Promise<Map<string, string | undefined>> {
  const known = new Map((await entriesOf(m.db, kind)).map(({ source_id, key }) => [source_id, String(key['id'])]))
  const { rows } = await sql<{ id: Id }>`select id::text as id from ${sql.table(table)} where id = any(${[...ids]}::bigint[])`.execute(m.db)
  const taken = new Set(rows.map(({ id }) => id))
  return new Map(
    ids.map((id) => {
      const stands = known.get(id)
      if (stands === undefined && taken.has(id)) m.tell('other-number', table, id)
      return [id, stands ?? (taken.has(id) ? undefined : id)]
    }),
  )
}

async function takeCategories(m: Master): Promise<void> {
  const rows = await m.all('faq_category', 'id')
  const places = await freeIds(
    m,
    'faq_category',
    'faq_category',
    rows.map((row) => str(row['id'])),
  )
  const { keys } = await m.bring({
    kind: 'faq_category',
    table: 'faq_category',
    from: 'faq_category',
    rows: rows.map((row) => {
      const id = places.get(str(row['id']))
      return {
        source: str(row['id']),
        ...(id === undefined ? {} : { key: { id } }),
        values: { unit_id: ROOT_UNIT, name: name(row['name']) || '?', position: 0, valid: validity(row).valid },
      }
    }),
  })
  await m.ids.putAll(
    m.db,
    'faq_category',
    rows.map((row) => ({ source: str(row['id']), id: String(keys.get(str(row['id']))!['id']), validId: validId(row) })),
  )
  await m.bring({
    kind: 'faq_category above',
    table: 'faq_category',
    from: 'faq_category',
    gone: 'leave',
    rows: rows.flatMap((row) => {
      const id = m.ids.of('faq_category', str(row['id']))
      // At the top stands 0.
      return id
        ? [{ source: str(row['id']), key: { id }, values: { parent_id: m.ids.of('faq_category', str(row['parent_id'])) ?? null } }]
        : []
    }),
  })
  await m.bring({
    kind: 'faq_category_group',
    table: 'faq_category_group',
    from: 'faq_category_group',
    meets: 'leave',
    gone: 'remove',
    rows: (await m.all('faq_category_group', 'category_id', 'group_id')).flatMap((row) => {
      const [category_id, group_id] = [m.ids.of('faq_category', str(row['category_id'])), m.ids.of('group', str(row['group_id']))]
      return category_id && group_id
        ? [{ source: `${str(row['category_id'])} ${str(row['group_id'])}`, key: { category_id, group_id }, values: {} }]
        : []
    }),
  })
}

/**
 * Pure: pictures and files that a text takes by OTRS's address – whose FileID is the row of the file, whatever its script – take them by the
 * file's name instead, as texts of ours do. `nameOf` knows the files of this entry alone.
 */
export function withOwnFiles(html: string, nameOf: (fileId: string) => string | undefined): string {
  return html.replace(/\b(src|href)=(["'])([^"'<>]{1,1000})\2/gi, (whole, attribute: string, quote: string, address: string) => {
    if (!/Subaction=DownloadAttachment/i.test(address)) return whole
    const file = nameOf(/FileID=(\d{1,18})(?!\d)/i.exec(address)?.[1] ?? '')
    return file === undefined ? whole : `${attribute}=${quote}${encodeURIComponent(file).replaceAll("'", '%27')}${quote}`
  })
}

/** Pure: names of files as an entry has them, each once: a text names its pictures by them. */
export function fileNames(files: readonly { id: string; name: string }[]): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const { id, name: called } of files) {
    const dot = called.lastIndexOf('.')
    const [stem, end] = dot > 0 ? [called.slice(0, dot), called.slice(dot)] : [called, '']
    const own = taken.has(called) || called === '' ? `${stem || 'file'}-${id}${end}` : called
    taken.add(own)
    names.set(id, own)
  }
  return names
}

async function takeEntries(m: Master): Promise<void> {
  const languages = new Map((await m.all('faq_language', 'id')).map((row) => [str(row['id']), name(row['name']).toLowerCase()]))
  const types = new Map((await m.all('faq_state_type', 'id')).map((row) => [str(row['id']), name(row['name'])]))
  const audiences = new Map((await m.all('faq_state', 'id')).map((row) => [str(row['id']), types.get(str(row['type_id'])) ?? '']))
  const rows = await m.all('faq_item', 'id')
  const columns = ['id', 'faq_id', 'filename', 'content_type', 'inlineattachment', 'created', 'created_by']
  const files: Row[] = []
  if (m.source.has('faq_attachment')) for await (const row of m.source.rows('faq_attachment', { columns, order: ['id'] })) files.push(row)
  const filesOf = Map.groupBy(files, (row) => str(row['faq_id']))
  const namesOf = new Map(
    [...filesOf].map(([item, own]) => [item, fileNames(own.map((row) => ({ id: str(row['id']), name: name(row['filename']) })))]),
  )

  const places = await freeIds(
    m,
    'faq_item',
    'faq_item',
    rows.map((row) => str(row['id'])),
  )
  const first = m.work.config.languages[0]!
  const items = rows.flatMap((row) => {
    const category_id = m.ids.of('faq_category', str(row['category_id']))
    if (category_id === undefined) {
      m.tell('entry-without-category', 'faq_item', str(row['id']))
      return []
    }
    return [{ row, category_id }]
  })
  const { keys } = await m.bring({
    kind: 'faq_item',
    table: 'faq_item',
    from: 'faq_item',
    rows: items.map(({ row, category_id }) => {
      const source = str(row['id'])
      const id = places.get(source)
      const audience = audiences.get(str(row['state_id']))
      if (!AUDIENCES.some((one) => one === audience)) m.tell('unknown-audience', 'faq_item', source, { audience: audience ?? '' })
      const language = languages.get(str(row['f_language_id'])) ?? ''
      if (!isLanguage(language)) m.tell('unknown-language', 'faq_item', source, { language })
      return {
        source,
        ...(id === undefined ? {} : { key: { id } }),
        values: {
          category_id,
          language: isLanguage(language) ? language : first,
          // Whom it is for is not known: those who work here alone.
          audience: AUDIENCES.find((one) => one === audience) ?? 'internal',
          valid: validity(row).valid,
          number: name(row['f_number']) || null,
          valid_until: m.source.moment(row['valid_until']) ?? null,
          created_at: m.source.moment(row['created']) ?? m.source.snapshotAt,
          created_by: m.ids.of('user', str(row['created_by'])) ?? null,
        },
      }
    }),
  })
  await m.ids.putAll(
    m.db,
    'faq_item',
    items.map(({ row }) => ({ source: str(row['id']), id: String(keys.get(str(row['id']))!['id']), validId: validId(row) })),
  )

  const texts = await m.bring({
    kind: 'faq_revision',
    table: 'faq_revision',
    from: 'faq_item',
    gone: 'leave',
    rows: items.map(({ row }) => ({
      source: str(row['id']),
      values: {
        item_id: m.ids.of('faq_item', str(row['id'])),
        ...revisionOf(row, (file) => namesOf.get(str(row['id']))?.get(file)),
        created_at: m.source.moment(row['changed']) ?? m.source.snapshotAt,
        created_by: m.ids.of('user', str(row['changed_by'])) ?? null,
        approved_at: approved(row) ? (m.source.moment(row['changed']) ?? m.source.snapshotAt) : null,
        approved_by: approved(row) ? (m.ids.of('user', str(row['changed_by'])) ?? null) : null,
      },
    })),
  })
  await m.bring({
    kind: 'faq_item text',
    table: 'faq_item',
    from: 'faq_item',
    gone: 'leave',
    rows: items.map(({ row }) => {
      const latest_id = String(texts.keys.get(str(row['id']))!['id'])
      return {
        source: str(row['id']),
        key: { id: m.ids.of('faq_item', str(row['id']))! },
        values: { latest_id, published_id: approved(row) ? latest_id : null },
      }
    }),
  })
  await takeFiles(m, files, namesOf)
}

/** Without approval in use every row says that it is approved. */
const approved = (row: Row): boolean => (int(row['approved']) ?? 1) !== 0

/** Pure: the texts of an entry with what searching needs of them. Field 6 is the comment that only agents see. */
export function revisionOf(row: Row, nameOf: (fileId: string) => string | undefined) {
  const html = isHtml(row['content_type'])
  const text = (column: string) => (html ? withOwnFiles(str(row[column]), nameOf) : str(row[column]))
  const texts = {
    symptom: text('f_field1'),
    problem: text('f_field2'),
    solution: text('f_field3'),
    field4: text('f_field4'),
    field5: text('f_field5'),
    comment: text('f_field6'),
  }
  const title = (name(row['f_subject']) || name(row['f_name']) || '?').slice(0, 200)
  const keywords = name(row['f_keywords']).slice(0, 500)
  const plain = [texts.solution, texts.problem, texts.symptom]
    .map((one) => (html ? plainOfHtml(one) : one))
    .filter(Boolean)
    .join(' ')
    .replace(/\s+/g, ' ')
  return {
    title,
    keywords,
    content_type: html ? 'html' : 'text',
    ...texts,
    search_title: fold(title),
    search_keywords: fold(keywords),
    search_text: fold(plain),
    search_plain: plain.slice(0, 1000),
  }
}

async function takeFiles(m: Master, files: readonly Row[], namesOf: ReadonlyMap<string, ReadonlyMap<string, string>>): Promise<void> {
  const known = new Set((await entriesOf(m.db, 'faq_file')).map(({ source_id }) => source_id))
  const places = await freeIds(
    m,
    'faq_file' as MappedKind,
    'faq_file',
    files.map((row) => str(row['id'])),
  )
  const blobs = new Map<string, { blob_id: Id; size: number }>()
  // One at a time: files may be large. Bytes of those that are here already are not read again: OTRS never changes a file.
  for (const row of files) {
    const id = str(row['id'])
    if (known.has(id)) continue
    for await (const { content = null } of m.source.rows('faq_attachment', {
      columns: ['content'],
      among: { column: 'id', ids: [int(row['id'])!] },
    })) {
      const blob = await storeBlob(m.db, Buffer.isBuffer(content) ? content : Buffer.from(str(content)), m.work.now)
      blobs.set(id, { blob_id: blob.id, size: Number(blob.size) })
    }
  }
  await m.bring({
    kind: 'faq_file',
    table: 'faq_file',
    from: 'faq_attachment',
    rows: files.flatMap((row) => {
      const source = str(row['id'])
      const item_id = m.ids.of('faq_item', str(row['faq_id']))
      const blob = blobs.get(source)
      if (item_id === undefined || (blob === undefined && !known.has(source))) {
        if (item_id === undefined) m.tell('orphan-file', 'faq_attachment', source)
        return []
      }
      const place = places.get(source)
      const values = {
        item_id,
        name: namesOf.get(str(row['faq_id']))?.get(source) ?? name(row['filename']),
        content_type: str(row['content_type']).trim() || 'application/octet-stream',
        inline: (int(row['inlineattachment']) ?? 0) !== 0,
        created_at: m.source.moment(row['created']) ?? m.source.snapshotAt,
        created_by: m.ids.of('user', str(row['created_by'])) ?? null,
      }
      return [{ source, ...(place === undefined ? {} : { key: { id: place } }), values: blob ? { ...values, ...blob } : values }]
    }),
  })
}

/** Whoever voted: an agent by their number, a customer by their login, anybody else as the source calls them. */
async function takeVotes(m: Master): Promise<void> {
  const voted = new Set<string>()
  const { rows: has } = await sql<{ item: Id; person: Id }>`
    select item_id::text as item, person_id::text as person from faq_vote where person_id is not null`.execute(m.db)
  for (const { item, person } of has) voted.add(`${item} ${person}`)
  const rows: Record<string, unknown>[] = []
  for (const row of await m.all('faq_voting', 'id')) {
    const item_id = m.ids.of('faq_item', str(row['item_id']))
    if (item_id === undefined) {
      m.tell('orphan-vote', 'faq_voting', str(row['id']))
      continue
    }
    const from = name(row['interface'])
    const by = str(row['created_by']).trim()
    const person =
      from === 'internal' || from === 'agent'
        ? m.ids.of('user', by)
        : from === 'external' || from === 'customer'
          ? m.ids.of('customer_user', by)
          : undefined
    const own = person !== undefined && !voted.has(`${item_id} ${person}`)
    if (own) voted.add(`${item_id} ${person}`)
    rows.push({
      id: str(row['id']),
      item_id,
      person_id: own ? person : null,
      voter: own ? null : by,
      interface: from || 'public',
      rate: Math.min(100, Math.max(0, int(row['rate']) ?? 0)),
      created_at: m.source.moment(row['created']) ?? m.source.snapshotAt,
    })
  }
  await addRows(m.db, 'faq_vote', rows)
}

/** One row a view, as OTRS has them, so that what was counted there can be counted here; from where it was looked at stays behind. */
async function takeViews(m: Master): Promise<void> {
  const range = m.source.has('faq_log') ? await m.source.range('faq_log', 'id') : undefined
  if (!range) return
  const { rows: last } = await sql<{ id: string | null }>`select max(id)::text as id from faq_view where id < 1000000001`.execute(m.db)
  const STEP = 20_000
  for (let from = Math.max(range.from, Number(last[0]?.id ?? 0) + 1); from <= range.to; from += STEP) {
    const rows: Record<string, unknown>[] = []
    const between = { column: 'id', from, to: Math.min(from + STEP - 1, range.to) }
    for await (const row of m.source.rows('faq_log', { columns: ['id', 'item_id', 'interface', 'created'], between, order: ['id'] })) {
      const item_id = m.ids.of('faq_item', str(row['item_id']))
      if (item_id !== undefined)
        rows.push({
          id: str(row['id']),
          item_id,
          interface: name(row['interface']) || 'public',
          at: m.source.moment(row['created']) ?? m.source.snapshotAt,
        })
    }
    await addRows(m.db, 'faq_view', rows)
    m.room.progress({ part: 'faq_view', rows: rows.length })
    await m.room.goOn()
  }
}
