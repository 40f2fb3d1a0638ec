/** Owns what stands beside an ACL's form: how values are written, and which names there are to write. */
import {
  actOf,
  actsOfferedBy,
  actTexts,
  fieldLabel,
  listPriorities,
  listRoles,
  listStates,
  type OwnField,
  type PageContext,
} from '../../../core/index.ts'
import { Card } from '../../../core/pages.ts'
import { pagesOf } from '../screens.ts'
import { words } from '../words.ts'

export interface Names {
  states: readonly string[]
  priorities: readonly string[]
  roles: readonly string[]
}

export async function readNames(c: PageContext): Promise<Names> {
  const { db } = c.get('host')
  const [states, priorities, roles] = await Promise.all([listStates(db), listPriorities(db), listRoles(db)])
  const names = (all: readonly { name: string }[]) => all.map(({ name }) => name)
  return { states: names(states), priorities: names(priorities), roles: names(roles) }
}

export const HowToWrite = ({ c }: { c: PageContext }) => {
  const t = words(c)
  const ways = [
    [t('how.plain'), t('how.plain.text')],
    [`[Not]${t('how.plain')}`, t('how.not.text')],
    ['[RegExp]^IT', t('how.regexp.text')],
    ['[regexp]^it', t('how.regexp-any.text')],
    ['[NotRegExp]^IT', t('how.notregexp.text')],
  ] as const
  return (
    <Card title={t('how.title')} id="how">
      <dl class="acl-how">
        {ways.map(([written, means]) => (
          <>
            <dt>
              <code>{written}</code>
            </dt>
            <dd>{means}</dd>
          </>
        ))}
      </dl>
      <p class="small quiet">{t('how.several')}</p>
    </Card>
  )
}

export const NamesToWrite = ({ c, names, fields }: { c: PageContext; names: Names; fields: readonly OwnField[] }) => {
  const t = words(c)
  const say = actTexts.in(c.get('language'))
  const acts = actsOfferedBy('desk').filter((name) => actOf(name).on !== 'act')
  const list = (title: string, lines: readonly { name: string; beside?: string }[]) =>
    lines.length === 0 ? null : (
      <details>
        <summary>{title}</summary>
        <ul class="acl-names">
          {lines.map(({ name, beside }) => (
            <li>
              <code>{name}</code>
              {beside && <span class="quiet"> {beside}</span>}
            </li>
          ))}
        </ul>
      </details>
    )
  return (
    <Card title={t('names.title')} id="names">
      {list(
        t('names.states'),
        names.states.map((name) => ({ name })),
      )}
      {list(
        t('names.priorities'),
        names.priorities.map((name) => ({ name })),
      )}
      {list(
        t('names.actions'),
        acts.flatMap((act) => pagesOf(act).map((name) => ({ name, beside: say(actOf(act).words.title) }))),
      )}
      {list(
        t('names.fields'),
        fields.map((field) => ({ name: field.name, beside: fieldLabel(field, c.get('language')) })),
      )}
      {list(
        t('names.roles'),
        names.roles.map((name) => ({ name })),
      )}
    </Card>
  )
}
