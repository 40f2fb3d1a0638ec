/** Owns the rows of an ACL's form: conditions and changes, each with its values a line each, drawn and read back. */
import { fieldLabel, type OwnField, type PageContext } from '../../../core/index.ts'
import { Select, TextArea, type Choice, type FormState } from '../../../core/pages.ts'
import { BLOCKS, KNOWN, LISTS, TARGETS, UNASKED, WAYS, type Block, type Change, type Match, type Reach } from '../rule.ts'
import { words, type AclKey } from '../words.ts'

type Translate = ReturnType<typeof words>

/** One row: a condition (`how` is its block) or a change (`how` is its way). `what`: 'Queue.Name', 'Ticket.State', 'Action'. */
export interface Row {
  how: string
  what: string
  values: string
}

const LEAST = 2
const MORE = 3
const MOST = 60

const dotted = (what: string): [string, string] => {
  const dot = what.indexOf('.')
  return dot < 0 ? [what, ''] : [what.slice(0, dot), what.slice(dot + 1)]
}

export const rowsOfMatch = (match: Match): Row[] =>
  BLOCKS.flatMap((block) =>
    Object.entries(match[block] ?? {}).flatMap(([key, attributes]) => {
      const all = Object.entries(attributes)
      // A key without attributes is kept as it came: it makes the rule never count.
      return (all.length === 0 ? [['', []] as const] : all).map(([name, values]) => ({
        how: block,
        what: `${key}.${name}`,
        values: values.join('\n'),
      }))
    }),
  )

export const rowsOfChange = (change: Change): Row[] =>
  WAYS.flatMap((way) => {
    const { Ticket = {}, ...lists } = change[way] ?? {}
    return [
      ...Object.entries(Ticket).map(([name, values]) => ({ how: way, what: `Ticket.${name}`, values: values.join('\n') })),
      ...Object.entries(lists).map(([name, values]) => ({ how: way, what: name, values: (values as readonly string[]).join('\n') })),
    ]
  })

/** Rows as somebody posted them, those without a thing left out. */
export function postedRows(values: Readonly<Record<string, string>>, kind: 'm' | 'c'): Row[] {
  const rows: Row[] = []
  for (let n = 0; n < MOST; n++) {
    const what = values[`${kind}${n}.what`]
    if (what === undefined) break
    if (what !== '') rows.push({ how: values[`${kind}${n}.how`] ?? '', what, values: values[`${kind}${n}.values`] ?? '' })
  }
  return rows
}

const lines = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.replace(/\r$/, ''))
      .filter((line) => line.trim() !== ''),
  ),
]

export function matchOfRows(rows: readonly Row[]): Match {
  const match: { -readonly [B in keyof Match]: Record<string, Record<string, string[]>> } = {}
  for (const { how, what, values } of rows) {
    const block = BLOCKS.find((one) => one === how) ?? 'Properties'
    const [key, name] = dotted(what)
    const attributes = ((match[block] ??= {})[key] ??= {})
    if (name !== '') attributes[name] = [...(attributes[name] ?? []), ...lines(values)]
  }
  return match satisfies { Properties?: Block; PropertiesDatabase?: Block }
}

export function changeOfRows(rows: readonly Row[]): Change {
  const change: Partial<Record<(typeof WAYS)[number], { Ticket?: Record<string, string[]> } & Record<string, unknown>>> = {}
  for (const { how, what, values } of rows) {
    const reach = (change[WAYS.find((one) => one === how) ?? 'Possible'] ??= {})
    const [key, name] = dotted(what)
    if (key === 'Ticket' && name !== '') {
      const attributes = (reach.Ticket ??= {})
      attributes[name] = [...(attributes[name] ?? []), ...lines(values)]
    } else if ((LISTS as readonly string[]).includes(key)) {
      reach[key] = [...((reach[key] as string[] | undefined) ?? []), ...lines(values)]
    }
  }
  return change as { [W in keyof Change]: Reach }
}

const group = (t: Translate, key: string): string => t(`group.${key in KNOWN ? key : 'other'}` as AclKey)

function matchChoices(t: Translate, c: PageContext, fields: readonly OwnField[]): Choice[] {
  return [
    ...Object.entries(KNOWN).flatMap(([key, names]) =>
      names.map((name) => ({ value: `${key}.${name}`, label: `${key}.${name}`, group: group(t, key) })),
    ),
    ...fields.map((field) => ({
      value: `DynamicField.DynamicField_${field.name}`,
      label: `${fieldLabel(field, c.get('language'))} (DynamicField_${field.name})`,
      group: t('group.DynamicField'),
    })),
  ]
}

function changeChoices(t: Translate, c: PageContext, fields: readonly OwnField[]): Choice[] {
  const title = (name: string) =>
    name === 'NewOwner' || name === 'OldOwner' ? `${t('group.Owner')} (${name})` : t(`group.${name}` as AclKey)
  return [
    ...TARGETS.map((name) => ({ value: `Ticket.${name}`, label: title(name), group: t('what.attributes') })),
    ...fields.map((field) => ({
      value: `Ticket.DynamicField_${field.name}`,
      label: `${fieldLabel(field, c.get('language'))} (DynamicField_${field.name})`,
      group: t('what.attributes'),
    })),
    ...LISTS.filter((name) => !UNASKED.includes(name)).map((name) => ({
      value: name,
      label: t(`what.${name}` as AclKey),
      group: t('what.lists'),
    })),
  ]
}

/** How many rows are drawn: what there is, and some to fill in. */
const countOf = (rows: readonly Row[], more: boolean) => Math.min(MOST, Math.max(rows.length + (more ? MORE : 1), LEAST))

export const RuleRows = ({
  c,
  form,
  kind,
  rows,
  more,
  fields,
}: {
  c: PageContext
  form: FormState
  kind: 'm' | 'c'
  rows: readonly Row[]
  more: boolean
  fields: readonly OwnField[]
}) => {
  const t = words(c)
  const hows =
    kind === 'm'
      ? BLOCKS.map((one) => ({ value: one, label: t(`block.${one}`) }))
      : WAYS.map((one) => ({ value: one, label: t(`way.${one}`) }))
  const choices = kind === 'm' ? matchChoices(t, c, fields) : changeChoices(t, c, fields)
  // Only what was drawn counts as posted: rows stand in the fields themselves.
  const shown: FormState = { values: {}, problems: {} }
  return (
    <div class="acl-rows">
      {Array.from({ length: countOf(rows, more) }, (_, n) => {
        const row = rows[n] ?? { how: '', what: '', values: '' }
        const of = { c, form: shown }
        const known = row.what === '' || choices.some(({ value }) => value === row.what)
        const title = t(kind === 'm' ? 'row.match' : 'row.change', { n: n + 1 })
        return (
          <fieldset class="acl-row">
            <legend class="only-heard">{title}</legend>
            <Select
              {...of}
              name={`${kind}${n}.what`}
              id={`${kind}${n}-what`}
              label={t('row.what')}
              value={row.what}
              empty={t('row.none')}
              choices={known ? choices : [...choices, { value: row.what, label: row.what, group: t('group.other') }]}
            />
            <Select
              {...of}
              name={`${kind}${n}.how`}
              id={`${kind}${n}-how`}
              label={t(kind === 'm' ? 'row.block' : 'row.way')}
              value={row.how || hows[0]!.value}
              choices={hows}
            />
            <TextArea
              {...of}
              name={`${kind}${n}.values`}
              id={`${kind}${n}-values`}
              label={t('row.values')}
              value={row.values}
              rows={Math.min(8, Math.max(2, row.values.split('\n').length))}
              maxlength={50_000}
            />
          </fieldset>
        )
      })}
      {form.problems[kind === 'm' ? 'match' : 'change'] && <p class="field-problem">{form.problems[kind === 'm' ? 'match' : 'change']}</p>}
    </div>
  )
}
