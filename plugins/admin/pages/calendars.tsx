/** Owns the pages of calendars: list, one calendar, and what it would do, before it is saved. */
import type { Hono } from 'hono'
import {
  DEFAULT_CALENDAR,
  receive,
  refused,
  sayCutOff,
  sayDateTime,
  sayHours,
  sayReceipt,
  sayReceiptReason,
  type Calendar,
  type Language,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  blankForm,
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Crumb,
  Field,
  FormCard,
  PageHead,
  readFields,
  recountNote,
  Select,
  statusOf,
  submit,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import {
  comingHolidays,
  createCalendar,
  DEFAULT_CALENDAR_NAME,
  editCalendar,
  fieldsOfCalendar,
  readCalendar,
  sayCalendarProblems,
  sayPeriods,
  findCalendar,
  holidayCountries,
  LANGUAGES,
  listCalendars,
  nextMoment,
  WEEKDAYS,
  type StoredCalendar,
} from '../../../core/administration.ts'
import { adminPage, Beside, demandAdministrator, Fields } from '../frame.tsx'
import { listPage, Main, pick, readList, type Column, type ListOptions } from '../list.tsx'
import { words } from '../words.ts'

const PATH = '/admin/calendars'

export function calendarRoutes(app: Hono<WebEnv>): void {
  app.get(PATH, calendarsPage)
  app.get(`${PATH}/new`, (c) => calendarForm(c, undefined, blankForm(), { ...DEFAULT_CALENDAR, name: '' }))
  app.post(`${PATH}/new`, (c) => saveCalendar(c, undefined))
  app.get(`${PATH}/:id`, async (c) => {
    const stored = await demandCalendar(c)
    return calendarForm(c, stored, blankForm(), stored.calendar)
  })
  app.post(`${PATH}/:id`, async (c) => saveCalendar(c, await demandCalendar(c)))
}

async function demandCalendar(c: PageContext): Promise<StoredCalendar> {
  const calendar = await findCalendar(c.get('host').db, c.req.param('id') ?? '')
  if (!calendar) throw refused('not-found')
  return calendar
}

async function calendarsPage(c: PageContext): Promise<Response> {
  const t = words(c)
  const language = c.get('language')
  const options: ListOptions = { sorts: ['name'], sort: 'name' }
  const query = readList(c, options)
  const used = (s: StoredCalendar) => [...s.queues, ...s.units]
  const columns: Column<StoredCalendar>[] = [
    {
      key: 'name',
      label: t('calendar.name'),
      sort: true,
      text: (s) => s.name,
      cell: (s) => (
        <Main href={`${PATH}/${s.id}`} name={s.name} below={s.name === DEFAULT_CALENDAR_NAME ? t('calendar.default') : undefined} />
      ),
    },
    { key: 'hours', label: t('calendar.hours'), text: (s) => sayHours(s.calendar, language), cell: (s) => sayHours(s.calendar, language) },
    {
      key: 'cut-off',
      label: t('calendar.cut-off'),
      text: (s) => s.calendar.cutOff ?? '',
      cell: (s) => s.calendar.cutOff ?? <span class="quiet">{t('calendar.cut-off.none')}</span>,
      class: 'cell-narrow',
    },
    {
      key: 'used',
      label: t('used-by'),
      text: (s) => used(s).join(', '),
      cell: (s) => (used(s).length === 0 ? '' : <span title={used(s).join('\n')}>{used(s).join(', ')}</span>),
    },
    {
      key: 'valid',
      label: t('valid'),
      text: (s) => t(s.valid ? 'valid.on' : 'valid.off'),
      cell: (s) => (s.valid ? t('valid.on') : <span class="warn">{t('valid.off')}</span>),
      class: 'cell-narrow',
    },
  ]
  return listPage(c, {
    area: 'calendars',
    title: t('area.calendars'),
    beside: t('calendar.what'),
    query,
    options,
    columns,
    rows: pick(c, await listCalendars(c.get('host').db), query, columns, 'name'),
    searchLabel: t('list.search'),
    empty: { title: t('list.none-found') },
    acts: (
      <ButtonLink kind="primary" href={`${PATH}/new`} shortcut="N">
        {t('calendar.new')}
      </ButtonLink>
    ),
  })
}

/** Saves, or with the button "try" shows what the typed calendar would do and saves nothing. */
async function saveCalendar(c: PageContext, stored: StoredCalendar | undefined): Promise<Response> {
  const actor = demandAdministrator(c)
  const values = await readFields(c)
  const read = readCalendar(values)
  if ('problems' in read) {
    return calendarForm(c, stored, { values, problems: sayCalendarProblems(read.problems, c.get('language')) }, stored?.calendar)
  }
  if (values['act'] === 'try') return calendarForm(c, stored, { values, problems: {} }, read.calendar, true)
  return submit(
    c,
    values,
    async () => {
      const valid = Boolean(values['valid'])
      const id = await c.get('host').work(actor, async (work) => {
        if (!stored) return createCalendar(work, read.calendar, valid)
        await editCalendar(work, stored.id, read.calendar, valid)
        return stored.id
      })
      return { to: `${PATH}/${id}`, said: words(c)('said.saved') }
    },
    (form) => calendarForm(c, stored, form, read.calendar),
  )
}

async function calendarForm(
  c: PageContext,
  stored: StoredCalendar | undefined,
  form: FormState,
  shown: Calendar | undefined,
  trying = false,
): Promise<Response> {
  const t = words(c)
  const language = c.get('language')
  const now = stored?.calendar ?? { ...DEFAULT_CALENDAR, name: '' }
  const initial = fieldsOfCalendar(now)
  const countries = new Intl.DisplayNames([language], { type: 'region' })
  const countryChoices = [...holidayCountries()]
    .map((code) => ({ value: code, label: countries.of(code) ?? code }))
    .toSorted((a, b) => a.label.localeCompare(b.label, language))
  const used = stored ? [...stored.queues, ...stored.units] : []
  const recounted = stored && (await recountNote(c, { what: 'calendar', id: stored.id }))
  return adminPage(c, {
    title: stored?.name ?? t('calendar.new'),
    area: 'calendars',
    status: statusOf(form),
    body: (
      <>
        <Crumb href={PATH}>{t('area.calendars')}</Crumb>
        <PageHead title={stored?.name ?? t('calendar.new')} {...(stored && !stored.valid ? { beside: t('valid.off') } : {})} />
        <Beside
          first={trying}
          aside={
            <>
              {shown && <Preview c={c} calendar={shown} trying={trying} at={form.values['at'] ?? ''} />}
              {stored && (
                <Card title={t('used-by')} id="used">
                  {used.length === 0 ? (
                    <p class="quiet">{t('calendar.unused')}</p>
                  ) : (
                    <ul>
                      {used.map((name) => (
                        <li>{name}</li>
                      ))}
                    </ul>
                  )}
                  <p class="para quiet">{t('calendar.what-changes')}</p>
                  {recounted}
                </Card>
              )}
            </>
          }
        >
          <FormCard
            of={stored && `calendar:${stored.id}`}
            c={c}
            form={form}
            cancel={PATH}
            labels={{
              ...Object.fromEntries(WEEKDAYS.map((day) => [`hours.${day}`, t(`weekday.${day}`)])),
              name: t('calendar.name'),
              zone: t('calendar.zone'),
              cutOff: t('calendar.cut-off'),
              holidayCountry: t('calendar.country'),
              yearlyHolidays: t('calendar.yearly'),
              onceHolidays: t('calendar.once'),
            }}
            acts={
              <Button name="act" value="try" unchecked>
                {t('calendar.try')}
              </Button>
            }
          >
            <Fields title={t('calendar.calendar')}>
              <Field
                c={c}
                form={form}
                name="name"
                label={t('calendar.name')}
                help={stored?.name === DEFAULT_CALENDAR_NAME ? t('calendar.default-stays') : undefined}
                value={initial['name']}
                maxlength={200}
                required
              />
              <Field
                c={c}
                form={form}
                name="zone"
                label={t('calendar.zone')}
                help={t('calendar.zone.help')}
                value={initial['zone']}
                required
                list="zones"
              />
              <datalist id="zones">
                {Intl.supportedValuesOf('timeZone').map((zone) => (
                  <option value={zone} />
                ))}
              </datalist>
            </Fields>
            <Fields title={t('calendar.hours')}>
              <p class="field-help">{t('calendar.hours.help')}</p>
              <div class="hours">
                {WEEKDAYS.map((day) => (
                  <Field
                    c={c}
                    form={form}
                    name={`hours.${day}`}
                    label={t(`weekday.${day}`)}
                    value={initial[`hours.${day}`]}
                    placeholder={t('calendar.closed')}
                  />
                ))}
              </div>
              <Field
                c={c}
                form={form}
                name="cutOff"
                label={t('calendar.cut-off')}
                help={t('calendar.cut-off.help')}
                value={initial['cutOff']}
              />
            </Fields>
            <Fields title={t('calendar.holidays')}>
              <Select
                c={c}
                form={form}
                name="holidayCountry"
                label={t('calendar.country')}
                help={t('calendar.country.help')}
                value={now.holidayCountry}
                empty={t('calendar.country.none')}
                choices={countryChoices}
              />
              <TextArea
                c={c}
                form={form}
                name="yearlyHolidays"
                label={t('calendar.yearly')}
                help={t('calendar.yearly.help')}
                value={initial['yearlyHolidays']}
                rows={3}
              />
              <TextArea
                c={c}
                form={form}
                name="onceHolidays"
                label={t('calendar.once')}
                help={t('calendar.once.help')}
                value={initial['onceHolidays']}
                rows={3}
              />
            </Fields>
            <Fields title={t('calendar.try.title')}>
              <Field
                c={c}
                form={form}
                name="at"
                type="datetime-local"
                label={t('calendar.try.at')}
                help={t('calendar.try.help')}
                value=""
              />
            </Fields>
            {stored?.name === DEFAULT_CALENDAR_NAME ? (
              <input type="hidden" name="valid" value="on" />
            ) : (
              <Fields title={t('valid')}>
                <Checkbox
                  c={c}
                  form={form}
                  name="valid"
                  label={t('in-use')}
                  help={t('calendar.valid.help')}
                  checked={stored?.valid ?? true}
                />
              </Fields>
            )}
          </FormCard>
        </Beside>
      </>
    ),
  })
}

/** The calendar in words: hours, the cut-off, what would become of mails, the next holidays. */
const Preview = ({ c, calendar, trying, at }: { c: PageContext; calendar: Calendar; trying: boolean; at: string }) => {
  const t = words(c)
  const language = c.get('language')
  const now = c.get('host').clock()
  const moments: { label: string; at: Date }[] = [
    { label: t('calendar.sent-now'), at: now },
    ...['15:00', '15:01'].map((clock) => ({ label: '', at: nextMoment(calendar, now, 5, clock) })),
    { label: '', at: nextMoment(calendar, now, 7, '12:00') },
    ...readMoment(calendar, at),
  ]
  const holidays = comingHolidays(calendar, now, 8, language)
  return (
    <Card title={trying ? t('calendar.would') : t('calendar.does')} id="preview">
      {trying && <p class="warn para">{t('calendar.not-saved')}</p>}
      <p>{sayHours(calendar, language)}</p>
      <p class="para quiet">{sayCutOff(calendar, language)}</p>
      <h3 class="aside-title">{t('calendar.sent')}</h3>
      <dl class="moments">
        {moments.map(({ label, at }) => {
          const receipt = receive(calendar, at, language)
          return (
            <div>
              <dt>{label || sayDateTime(at, calendar.zone, language, now)}</dt>
              <dd>
                {sayReceipt(receipt, calendar, language, at)}{' '}
                <span class="quiet">({sayReceiptReason(receipt, calendar, language, at)})</span>
              </dd>
            </div>
          )
        })}
      </dl>
      <h3 class="aside-title">{t('calendar.coming')}</h3>
      {holidays.length === 0 ? (
        <p class="quiet">{t('calendar.no-holidays')}</p>
      ) : (
        <dl class="moments">
          {holidays.map(({ date, until, name, hours }) => (
            <div>
              <dt>{[date, until].flatMap((day) => (day ? [sayDay(day, language)] : [])).join(' – ')}</dt>
              <dd>{[hours ? sayPeriods(hours, language) : '', name].filter(Boolean).join(' ')}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}

/** "śr., 24 grudnia 2026": a day without a clock or a zone. */
const sayDay = (isoDate: string, language: Language): string =>
  new Intl.DateTimeFormat(LANGUAGES[language].locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${isoDate}T12:00:00Z`))

/** The moment typed into the form, read on the calendar's wall clock. */
function readMoment(calendar: Calendar, typed: string): { label: string; at: Date }[] {
  const [, date, clock] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(typed) ?? []
  if (!date || !clock) return []
  const wanted = new Date(`${date}T${clock}:00Z`)
  if (Number.isNaN(wanted.getTime())) return []
  // The weekday's next such clock time from the eve of that day is that very moment.
  const weekday = wanted.getUTCDay() || 7
  return [{ label: '', at: nextMoment(calendar, new Date(wanted.getTime() - 36 * 3600_000), weekday, clock) }]
}
