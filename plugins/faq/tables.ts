/** Owns the types of the knowledge base's tables. */
import type { ColumnType, Generated, Kysely } from 'kysely'
import type { Database, Id, Language } from '../../core/index.ts'

export type Audience = 'internal' | 'external' | 'public'
export const AUDIENCES: readonly Audience[] = ['public', 'external', 'internal']

/** What somebody may read in a unit, and in those above it that are read along there. */
export interface Reading {
  /** In the unit itself. */
  reads: readonly Audience[]
  /** The units whose internal entries are read too; null: every one. */
  internalIn: readonly Id[] | null
  /** Groups in which a right is held: some categories keep their internal entries to a few of them. Null: every one. */
  groups: readonly Id[] | null
}

export interface CategoryTable {
  id: Generated<Id>
  unit_id: Id
  parent_id: Id | null
  name: string
  name_en: string | null
  position: Generated<number>
  valid: Generated<boolean>
}
export interface ItemTable {
  id: Generated<Id>
  category_id: Id
  language: Language
  audience: Audience
  valid: Generated<boolean>
  published_id: Id | null
  latest_id: Id | null
  created_at: Date
  created_by: Id | null
  number: ColumnType<string | null, string | null | undefined, string | null>
  valid_until: ColumnType<Date | null, Date | null | undefined, Date | null>
  views_before: Generated<number>
}
export interface CategoryGroupTable {
  category_id: Id
  group_id: Id
}
export interface RevisionTable {
  id: Generated<Id>
  item_id: Id
  title: string
  keywords: string
  content_type: 'markdown' | 'html' | 'text'
  symptom: string
  problem: string
  solution: string
  field4: Generated<string>
  field5: Generated<string>
  comment: string
  search_title: string
  search_keywords: string
  search_text: string
  search_plain: string
  created_at: Date
  created_by: Id | null
  approved_at: Date | null
  approved_by: Id | null
}
export interface FileTable {
  id: Generated<Id>
  item_id: Id
  blob_id: Id
  name: string
  content_type: string
  size: string | number
  created_at: Date
  created_by: Id | null
  removed_at: Date | null
  inline: Generated<boolean>
}
export interface VoteTable {
  id: Generated<Id>
  item_id: Id
  person_id: Id | null
  voter: ColumnType<string | null, string | null | undefined, string | null>
  interface: Generated<string>
  rate: number
  created_at: Date
}
export interface ViewTable {
  id: Generated<Id>
  item_id: Id
  interface: string
  at: Date
}

export type FaqTables = {
  faq_category: CategoryTable
  faq_category_group: CategoryGroupTable
  faq_item: ItemTable
  faq_revision: RevisionTable
  faq_file: FileTable
  faq_vote: VoteTable
  faq_view: ViewTable
}

/** The same handle, knowing these tables too. */
export const faq = (db: Kysely<Database>) => db.withTables<FaqTables>()
