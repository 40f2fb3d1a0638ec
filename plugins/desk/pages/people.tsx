/** Owns choosing a person by what somebody typed of them. */
import { isAddress, searchPersons, type PageContext, type Person } from '../../../core/index.ts'
import { blankForm, demandAgent, fragment, type FormState } from '../../../core/pages.ts'
import { words } from '../words.ts'

const MOST = 8

/** GET /desk/people?who=…: the persons who fit, to choose one. */
export async function peopleFragment(c: PageContext): Promise<Response> {
  demandAgent(c)
  return fragment(c, await People({ c, form: blankForm(c.req.query()) }))
}

/** Those who fit, for a field that takes an address or a login: what is chosen counts instead of what was typed. */
export const PeopleWhoFit = async ({ c, who, name }: { c: PageContext; who: string; name: string }) => {
  const found = (await searchPersons(c.get('host').db, who, MOST)).filter(({ address, login }) => address ?? login)
  if (found.length === 0) return null
  return (
    <fieldset class="radios people">
      <legend class="only-heard">{words(c)('new.who')}</legend>
      {found.map((person) => (
        <label class="radio">
          <input type="radio" name={name} value={person.address ?? person.login ?? ''} />{' '}
          <span>
            <PersonLine person={person} />
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** Persons who fit what was typed, each a radio button; an address nobody has offers a new person. */
export async function People({ c, form }: { c: PageContext; form: FormState }) {
  const t = words(c)
  const who = form.values['who']?.trim() ?? ''
  if (who.length < 2) return null
  const found = await searchPersons(c.get('host').db, who, MOST)
  const chosen = form.values['customer'] ?? (found.length === 1 ? found[0]!.id : '')
  const fresh = isAddress(who) && !found.some((person) => person.address === who.toLowerCase())
  if (found.length === 0 && !fresh)
    return (
      <p class="quiet" role="status">
        {t('new.nobody')}
      </p>
    )
  return (
    <fieldset class="radios people">
      <legend class="only-heard">{t('new.who')}</legend>
      {found.map((person) => (
        <label class="radio">
          <input type="radio" name="customer" value={person.id} checked={chosen === person.id} />{' '}
          <span>
            <PersonLine person={person} />
          </span>
        </label>
      ))}
      {fresh && (
        <label class="radio">
          <input type="radio" name="customer" value="new" checked={found.length === 0 || chosen === 'new'} />
          <span>
            {t('new.person', { address: who })}{' '}
            <input
              class="name-input"
              type="text"
              name="name"
              value={form.values['name'] ?? ''}
              placeholder={t('new.person.name')}
              aria-label={t('new.person.name')}
            />
          </span>
        </label>
      )}
    </fieldset>
  )
}

const PersonLine = ({ person }: { person: Person }) => (
  <>
    <b>{person.name}</b>{' '}
    <span class="quiet">{[person.unitName, person.address, person.login, person.phone].filter(Boolean).join(' · ')}</span>
  </>
)
