import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { maker, TUESDAY, type Maker } from '../../test/make.ts'
import { listEvents, type AuditEvent } from './log.ts'
import { createCompany, editCompany, removeCompany } from '../company/companies.ts'
import { companiesOfPerson, setPersonCompanies } from '../company/person-companies.ts'
import { createCalendar, editCalendar, findCalendar } from '../calendar/calendar-admin.ts'
import { createField, editField, type FieldForm } from '../field/field-admin.ts'
import type { OpenDatabase } from '../database/database.ts'
import type { Id } from '../database/schema.ts'
import { setActivation } from './plugin-admin.ts'
import { saveSettings } from './setting-admin.ts'
import { integer, readSettings, text } from '../kernel/settings/settings.ts'
import { unitSettings } from '../kernel/settings/unit-settings.ts'
import { UNIT_LIMITS, unitLimits } from '../unit/limits.ts'
import type { Work } from '../kernel/work.ts'
import { createPart, editPart, setQueueParts } from '../mail/texts/answer-parts.ts'
import { createTemplate, editTemplate, findTemplate } from '../mail/texts/answer-templates.ts'
import { createFilter, deleteFilter, editFilter, switchFilter } from '../mail/filters/filter-admin.ts'
import { deliverInbound } from '../mail/desk/inbound-admin.ts'
import { cancelOutbound } from '../mail/desk/mail-list.ts'
import { queueMail } from '../mail/outbound.ts'
import { createText, editText, setQueueText, setStandardText } from '../mail/texts/text-admin.ts'
import { createGroup, editGroup } from '../permission/groups.ts'
import { appoint, listNominations, withdrawNomination } from '../permission/nominations.ts'
import { loadActor } from '../permission/access.store.ts'
import { rightsOfPerson, setPersonRights, setPersonRoles, setRoleRights } from '../permission/rights.ts'
import { createRole, editRole } from '../permission/roles.ts'
import { addUnitAdministrator, removeUnitAdministrator } from '../permission/unit-administrators.ts'
import { endAbsence, setAbsence } from '../person/absence.ts'
import { addAddress, editPerson, listAddresses, makeMainAddress, removeAddress, setPasswordOf } from '../person/person-admin.ts'
import { addFurtherLogin, removeFurtherLogin } from '../person/known/further-logins.ts'
import { resetSecondFactor } from '../person/second-factor.ts'
import { addSecretKey } from '../person/secret/keys.ts'
import { erasePerson } from '../privacy/erase.ts'
import { endHold, holdPerson } from '../privacy/holds.ts'
import { createQueue, editQueue, orderQueues, type QueueForm } from '../queue/queue-admin.ts'
import { createSystemAddress, editSystemAddress } from '../queue/system-addresses.ts'
import { NO_DEADLINES } from '../service/deadlines.ts'
import { createService, editService } from '../service/service-admin.ts'
import { createSla, editSla } from '../service/sla-admin.ts'
import { createPriority, editPriority } from '../service/ticket-priorities.ts'
import { createState, editState, type StateForm } from '../service/ticket-states.ts'
import { createType, editType } from '../service/ticket-types.ts'
import { saveBrand } from '../unit/brand.ts'
import { optIn } from './opting.ts'
import { choosePersonUnit, saveUnitRule } from '../unit/placing.ts'
import { setRoute } from '../unit/routing.ts'
import { createTopic, editTopic } from '../unit/topics.ts'
import { createUnit, editUnit, setUnitCalendar } from '../unit/units.ts'
import { canRevert, revertEvent, whyNoWayBack } from './revert.ts'
import type { Subject, SubjectOwner, Values, Way } from '../audit/subject.ts'
import { ownSubject, SUBJECTS, type AdminSubject } from './subjects.ts'
import { sayLines, sayNoWayBack, sayObject, saying } from './words.ts'

const owner: SubjectOwner = { name: 'faq', settings: { limit: integer('limit', 5), title: text('title', '') } }

let opened: OpenDatabase
let make: Maker
let admin: Id
beforeAll(async () => {
  opened = await testDatabase()
  make = await maker(opened.db)
  // Keys are added here, and other files of the run need theirs.
  Object.assign(make.config, { secretKeys: join(inject('runFolder'), 'subjects.keys') })
  admin = await make.agent({ 2: ['rw'] }, { name: 'Ada Adamska' })
})
afterAll(() => opened.close())

const act = async <T>(run: (work: Work) => Promise<T>) => make.work(await make.actor(admin), run)
let count = 0
const name = (what: string) => `${what} ${++count}`

const queueForm = (more: Partial<QueueForm> = {}): QueueForm => ({
  name: name('Kolejka'),
  parentId: null,
  unitId: '1',
  groupId: '1',
  calendarId: null,
  addressId: null,
  followUpPossible: 'possible',
  followUpStrangers: 'hold',
  agentMail: 'note',
  followUpLock: true,
  language: null,
  signature: 'Dział',
  comment: '',
  valid: true,
  ...more,
})
const words = (subject: string) => ({ pl: { subject, body: 'Treść' }, en: { subject: '', body: '' } })
const svg = (width: number) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><rect width="${width}" height="1"/></svg>`)
const fieldForm = (config: Partial<FieldForm['config']>): FieldForm => ({
  name: name('Pole').replace(' ', ''),
  label: 'Pole',
  labelEn: '',
  sort: 1,
  valid: true,
  config: { initial: [], values: [], none: false, tree: false, patterns: [], rows: 0, years: null, only: null, ...config },
  rules: [{ screen: 'note', queueId: null, topicId: null, use: 'optional' }],
})
const aState = (more: Partial<StateForm>): StateForm => ({
  name: '',
  type: 'pending reminder',
  dateOptional: true,
  afterPending: '',
  sort: 35,
  suspends: true,
  valid: true,
  ...more,
})
const personForm = {
  login: '',
  firstName: 'Ewa',
  lastName: 'Lis',
  name: 'Ewa Lis',
  language: null,
  phone: '',
  unitId: '1',
  agent: true,
  valid: true,
}
const companyForm = { code: '', name: 'ACME', street: '', zip: '', city: '', country: '', url: '', comment: '', valid: true }
const company = () => make.asSystem((work) => createCompany(work, { ...companyForm, code: name('ACME') }))
const file = (letter: string) => ({ name: `${letter}.pdf`, contentType: 'application/pdf', content: Buffer.from(`pdf ${letter}`) })
const days = { from: '2026-11-20', until: '2026-11-27', substituteId: null, note: 'urlop' }

/** Each change is made after what stands before it; `'no way'`: what the subject says cannot be put back, and is made once to see that. */
interface Case {
  stands(): Promise<Id>
  changes: Record<string, (work: Work, id: Id) => Promise<unknown>>
}

const CASES: Record<AdminSubject, Case> = {
  person: {
    stands: () => make.agent({}, { name: 'Ewa Lis' }),
    changes: {
      'name, language, unit and hat': async (work, id) =>
        editPerson(work, id, {
          ...personForm,
          name: 'Ewa Nowak',
          lastName: 'Nowak',
          language: 'en',
          phone: '12',
          agent: false,
          unitId: await make.unit(),
        }),
      'title, mobile and address': (work, id) =>
        editPerson(work, id, { ...personForm, details: { title: 'dr', mobile: '600 100 200', city: 'Toruń', comment: 'wraca w marcu' } }),
      'switched off for now': (work, id) => editPerson(work, id, { ...personForm, valid: false, offForNow: true }),
      'switched off': (work, id) => editPerson(work, id, { ...personForm, valid: false, offForNow: false }),
    },
  },
  'person hold': {
    stands: () => make.person(),
    changes: {
      set: (work, id) => holdPerson(work, id, 'proces'),
      'another reason': (work, id) => holdPerson(work, id, 'kontrola'),
      ended: endHold,
    },
  },
  'person erasure': { stands: () => make.person(), changes: { erased: (work, id) => erasePerson(work, id) } },
  'person address': {
    stands: () => make.person(),
    changes: {
      added: (work, id) => addAddress(work, id, `drugi${id}@uni.example`),
      'another is the main one': async (work, id) => {
        await addAddress(work, id, `trzeci${id}@uni.example`)
        await makeMainAddress(work, id, (await listAddresses(work.db, id)).find((one) => !one.main)!.id)
      },
      'the main one removed': async (work, id) => removeAddress(work, id, (await listAddresses(work.db, id))[0]!.id),
    },
  },
  'person login': {
    async stands() {
      const id = await make.person()
      await make.asSystem((work) => addFurtherLogin(work, id, `drugi${id}`))
      return id
    },
    changes: {
      added: (work, id) => addFurtherLogin(work, id, `trzeci${id}`),
      removed: (work, id) => removeFurtherLogin(work, id, `drugi${id}`),
    },
  },
  'person company': {
    stands: () => make.person(),
    changes: {
      'the first one': async (work, id) => setPersonCompanies(work, id, [await company()]),
      'two more, of which one is the main one': async (work, id) => {
        const own = (await companiesOfPerson(work.db, id)).map((one) => one.id)
        const more = [await company(), await company()]
        await setPersonCompanies(work, id, [...own, ...more], more[1]!)
      },
      none: (work, id) => setPersonCompanies(work, id, []),
    },
  },
  company: {
    stands: () => company(),
    changes: {
      'name, code and address': (work, id) =>
        editCompany(work, id, { ...companyForm, code: name('KOD'), name: 'Bis', city: 'Toruń', zip: '87-100', url: 'https://bis.example' }),
      'off for now': (work, id) => editCompany(work, id, { ...companyForm, code: name('KOD'), valid: false, offForNow: true }),
      'taken away': removeCompany,
    },
  },
  'person password': {
    stands: () => make.person({ login: name('login') }),
    changes: {
      set: async (_work, id) => setPasswordOf({ db: make.db, work: make.work }, await make.actor(admin), id, 'zupełnie nowe hasło'),
    },
  },
  'second factor': {
    async stands() {
      const id = await make.person()
      await opened.db
        .insertInto('second_factor')
        .values({ person_id: id, secret: 'A', confirmed_at: TUESDAY, created_at: TUESDAY })
        .execute()
      return id
    },
    changes: { reset: resetSecondFactor },
  },
  'secret key': {
    async stands() {
      const { n } = await opened.db
        .selectFrom('secret_key')
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .executeTakeFirstOrThrow()
      return String(Number(n) + 1)
    },
    changes: { added: (work) => addSecretKey(work) },
  },
  'person right': {
    stands: () => make.agent({ 1: ['ro', 'note', 'faq.edit'] }),
    changes: {
      more: (work, id) => setPersonRights(work, id, new Map([['1', ['rw']]])),
      none: (work, id) => setPersonRights(work, id, new Map([['1', []]])),
    },
  },
  'person role': {
    stands: () => make.agent({}),
    changes: {
      two: async (work, id) =>
        setPersonRoles(work, id, [
          await createRole(work, { name: name('Rola'), comment: '', valid: true }),
          await createRole(work, { name: name('Rola'), comment: '', valid: true }),
        ]),
    },
  },
  'person hat': {
    async stands() {
      const [unit, group] = [await make.unit(), await make.group()]
      await opened.db.updateTable('permission_group').set({ unit_id: unit }).where('id', '=', group).execute()
      const id = await make.person({ unitId: unit })
      await act((work) => appoint(work, unit, id, { administrator: false, rights: new Map([[group, ['ro']]]) }))
      return id
    },
    changes: {
      'goes with the last right': async (work, id) =>
        setPersonRights(work, id, new Map([...(await rightsOfPerson(work.db, id)).keys()].map((group) => [group, []]))),
    },
  },
  'person absence': {
    stands: () => make.agent({}),
    changes: {
      set: async (work, id) => setAbsence(work, id, { ...days, substituteId: await make.agent({}, { name: 'Jan Kowalski' }) }),
      'another end and nobody stands in': (work, id) => setAbsence(work, id, { ...days, until: '2026-11-30' }),
      ended: endAbsence,
    },
  },
  'person unit': {
    stands: () => make.person(),
    changes: {
      'said by the person': async (_work, id) => make.work(await make.actor(id), async (work) => choosePersonUnit(work, await make.unit())),
    },
  },
  group: {
    stands: () => act((work) => createGroup(work, { name: name('Grupa'), comment: '', unitId: '1', valid: true })),
    changes: {
      all: async (work, id) => editGroup(work, id, { name: name('Inna'), comment: 'nowa', unitId: await make.unit(), valid: false }),
    },
  },
  role: {
    stands: () => act((work) => createRole(work, { name: name('Rola'), comment: '', valid: true, secondFactor: true })),
    changes: {
      name: (work, id) => editRole(work, id, { name: name('Nocna'), comment: 'do rana', valid: true, secondFactor: true }),
      all: (work, id) => editRole(work, id, { name: name('Inna'), comment: '', valid: false, secondFactor: false }),
    },
  },
  'role right': {
    stands: () => act((work) => createRole(work, { name: name('Rola'), comment: '', valid: true })),
    changes: {
      given: (work, id) => setRoleRights(work, id, new Map([['1', ['ro', 'note']]])),
      taken: (work, id) => setRoleRights(work, id, new Map([['1', []]])),
    },
  },
  queue: {
    stands: () => act((work) => createQueue(work, queueForm())),
    changes: {
      all: async (work, id) =>
        editQueue(
          work,
          id,
          queueForm({
            name: name('Wi-Fi'),
            parentId: await createQueue(work, queueForm()),
            unitId: await make.unit(),
            groupId: await make.group(),
            calendarId: await createCalendar(work, { ...(await findCalendar(work.db, '1'))!.calendar, name: name('Kalendarz') }),
            addressId: await createSystemAddress(work, { address: `a${++count}@uni.example`, name: 'A', queueId: '1', valid: true }),
            followUpPossible: 'reject',
            followUpStrangers: 'accept',
            agentMail: 'answer',
            deadlines: {
              firstResponse: { minutes: 240, notify: 80 },
              update: { minutes: 480, notify: null },
              solution: { minutes: 960, notify: 50 },
            },
            unlockMinutes: 90,
            askTime: 'optional',
            followUpLock: false,
            language: 'en',
            signature: 'Inny',
            comment: 'nowa',
          }),
        ),
      'switched off': async (work, id) => {
        const row = await work.db.selectFrom('queue').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
        await editQueue(work, id, queueForm({ name: row.name.split('::').at(-1)!, parentId: row.parent_id, valid: false }))
      },
    },
  },
  'queue order': {
    async stands() {
      const unitId = await make.unit()
      for (const one of [1, 2, 3]) await act((work) => createQueue(work, queueForm({ unitId, name: name(`Kolejka ${one}`) })))
      return unitId
    },
    changes: {
      turned: async (work, id) =>
        orderQueues(
          work,
          id,
          (await work.db.selectFrom('queue').select('id').where('unit_id', '=', id).orderBy('id', 'desc').execute()).map((row) => row.id),
        ),
    },
  },
  'queue text': {
    stands: () => act((work) => createQueue(work, queueForm())),
    changes: {
      none: (work, id) => setQueueText(work, id, 'auto reply', 'none'),
      own: async (work, id) =>
        setQueueText(
          work,
          id,
          'closed',
          await createText(work, { name: name('Tekst'), type: 'closed', valid: true, variants: words('Zamknięte') }),
        ),
      inherited: (work, id) => setQueueText(work, id, 'auto reply', 'inherit'),
    },
  },
  'queue parts': {
    stands: () => act((work) => createQueue(work, queueForm())),
    changes: {
      chosen: async (work, id) =>
        setQueueParts(work, id, {
          salutation: await createPart(work, 'salutation', { name: name('Powitanie'), body: 'Dzień dobry', valid: true }),
          signature: await createPart(work, 'signature', { name: name('Podpis'), body: 'Dział', valid: true }),
        }),
      none: (work, id) => setQueueParts(work, id, { salutation: null, signature: null }),
    },
  },
  'system address': {
    stands: () =>
      act(async (work) =>
        createSystemAddress(work, {
          address: `b${++count}@uni.example`,
          name: 'B',
          queueId: '1',
          valid: true,
          byUnit: true,
          topicId: await createTopic(work, '1', { name: name('Sprawa'), nameEn: '', sort: 0, valid: true }),
        }),
      ),
    changes: {
      all: (work, id) =>
        editSystemAddress(work, id, {
          address: `c${++count}@uni.example`,
          name: 'C',
          queueId: '2',
          valid: false,
          byUnit: false,
          topicId: null,
        }),
      'by unit': (work, id) =>
        editSystemAddress(work, id, {
          address: `d${++count}@uni.example`,
          name: 'B',
          queueId: '1',
          valid: true,
          byUnit: true,
          topicId: null,
        }),
    },
  },
  calendar: {
    stands: () =>
      act(async (work) => createCalendar(work, { ...(await findCalendar(work.db, '1'))!.calendar, name: name('Kalendarz'), cutOff: null })),
    changes: {
      all: async (work, id) =>
        editCalendar(
          work,
          id,
          {
            ...(await findCalendar(work.db, id))!.calendar,
            name: name('Inny'),
            zone: 'UTC',
            cutOff: '10:00',
            holidayCountry: null,
            yearlyHolidays: [{ month: 11, day: 12, name: 'Święto uczelni' }],
            onceHolidays: [{ date: '2026-12-24', name: 'Wigilia' }],
          },
          false,
        ),
    },
  },
  text: {
    stands: () =>
      act(async (work) => {
        const id = await createText(work, { name: name('Tekst'), type: 'auto remove', valid: true, variants: words('Stary') })
        await setStandardText(work, 'auto remove', id)
        return id
      }),
    changes: {
      words: (work, id) =>
        editText(work, id, {
          name: name('Inny'),
          valid: true,
          variants: { pl: { subject: '', body: '' }, en: { subject: 'New', body: 'Words' } },
        }),
      'switched off, and so no standard': (work, id) =>
        editText(work, id, { name: name('Wyłączony'), valid: false, variants: words('Stary') }),
    },
  },
  'standard text': {
    stands: async () => 'auto follow up',
    changes: {
      another: async (work) =>
        setStandardText(
          work,
          'auto follow up',
          await createText(work, { name: name('Tekst'), type: 'auto follow up', valid: true, variants: words('Dopisane') }),
        ),
      none: (work) => setStandardText(work, 'auto follow up', null),
    },
  },
  salutation: {
    stands: () => act((work) => createPart(work, 'salutation', { name: name('Powitanie'), body: 'Dzień dobry', valid: true })),
    changes: { all: (work, id) => editPart(work, 'salutation', id, { name: name('Inne'), body: 'Cześć', valid: false }) },
  },
  signature: {
    stands: () => act((work) => createPart(work, 'signature', { name: name('Podpis'), body: 'Dział', valid: true })),
    changes: { all: (work, id) => editPart(work, 'signature', id, { name: name('Inny'), body: 'Sekcja', valid: false }) },
  },
  'answer template': {
    stands: () =>
      act((work) =>
        createTemplate(work, {
          name: name('Szablon'),
          type: 'Answer',
          body: 'Treść',
          valid: true,
          queueIds: ['1', '2'],
          newFiles: [file('a'), file('b')],
          dropFileIds: [],
        }),
      ),
    changes: {
      'all, files too': async (work, id) =>
        editTemplate(work, id, {
          name: name('Inny'),
          type: 'Note',
          body: 'Inna',
          stateId: '2',
          comment: 'Od sieci',
          valid: false,
          queueIds: ['3'],
          newFiles: [file('c')],
          dropFileIds: (await findTemplate(work.db, id))!.files.slice(0, 1).map((one) => one.id),
        }),
    },
  },
  'postmaster filter': {
    stands: () =>
      act((work) =>
        createFilter(work, {
          name: name('Filtr'),
          comment: '',
          stop: false,
          valid: true,
          match: [{ key: 'Subject', value: 'PRTG', negated: false }],
          set: [{ key: 'X-OTRS-Queue', value: 'Junk' }],
        }),
      ),
    changes: {
      all: (work, id) =>
        editFilter(work, id, {
          name: name('Inny'),
          comment: 'nowy',
          stop: true,
          valid: true,
          match: [{ key: 'From', value: 'x', negated: true }],
          set: [{ key: 'X-OTRS-Ignore', value: 'yes' }],
        }),
      'switched off': (work, id) => switchFilter(work, id, false),
      deleted: deleteFilter,
    },
  },
  'inbound mail': {
    async stands() {
      const row = await opened.db
        .insertInto('inbound_mail')
        .values({
          key: Buffer.from(name('k')),
          blob_id: null,
          envelope_from: 'a@b.example',
          envelope_to: 'c@d.example',
          accepted_at: TUESDAY,
          state: 'failed',
          outcome: null,
          message_id_md5: null,
          ticket_id: null,
          article_id: null,
          processed_at: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      return row.id
    },
    changes: { delivered: (work, id) => deliverInbound(work, id, '1') },
  },
  'outbound mail': {
    async stands() {
      await act((work) =>
        queueMail(work, {
          kind: 'notification',
          from: { address: 'a@uni.example', name: 'A' },
          to: ['b@b.example'],
          subject: 'x',
          body: 'y',
        }),
      )
      return (await opened.db.selectFrom('outbound_mail').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()).id
    },
    changes: { cancelled: cancelOutbound },
  },
  unit: {
    stands: () =>
      act((work) =>
        createUnit(work, { parentId: '1', slug: `u-${++count}`, name: name('Jednostka'), nameEn: '', calendarId: null, valid: true }),
      ),
    changes: {
      all: async (work, id) =>
        editUnit(work, id, {
          parentId: await make.unit(),
          slug: `v-${++count}`,
          name: name('Inna'),
          nameEn: 'Other',
          calendarId: '1',
          valid: false,
        }),
    },
  },
  'unit calendar': {
    stands: () => make.unit(),
    changes: { own: (work, id) => setUnitCalendar(work, id, '1'), inherited: (work, id) => setUnitCalendar(work, id, null) },
  },
  'unit administrator': {
    stands: () => make.unit(),
    changes: {
      named: async (work, id) => addUnitAdministrator(work, id, await make.agent({})),
      'no longer': async (work, id) =>
        removeUnitAdministrator(
          work,
          id,
          (await work.db.selectFrom('unit_administrator').select('person_id').where('unit_id', '=', id).executeTakeFirstOrThrow())
            .person_id,
        ),
    },
  },
  'unit nomination': {
    stands: () => make.unit(),
    changes: {
      'asked and taken back': async (work, id) => {
        const [local, stranger] = [await make.agent({}), await make.person()]
        await addUnitAdministrator(work, id, local)
        const asked: Work = { ...work, actor: (await loadActor(work.db, local))! }
        await appoint(asked, id, stranger, { administrator: true, rights: new Map() })
        await withdrawNomination(work, id, (await listNominations(work.db, { unitId: id }, work.now))[0]!.id)
      },
    },
  },
  'unit opted in': { stands: () => make.unit(), changes: { in: optIn } },
  'unit looks': {
    stands: () => make.unit(),
    changes: {
      first: (work, id) => saveBrand(work, id, { name: 'W1', colour: '#1a56b0', logo: svg(1) }),
      'another logo': (work, id) => saveBrand(work, id, { name: 'W2', colour: '', logo: svg(2) }),
      'no logo': (work, id) => saveBrand(work, id, { name: 'W2', colour: '', logo: null }),
    },
  },
  'unit rule': {
    stands: () =>
      act((work) => saveUnitRule(work, null, { sort: 1, kind: 'attribute', name: 'ou', value: name('WCh'), unitId: '1', valid: true })),
    changes: {
      all: async (work, id) =>
        saveUnitRule(work, id, { sort: 2, kind: 'mail-domain', name: '', value: 'x.example', unitId: await make.unit(), valid: false }),
    },
  },
  topic: {
    stands: () => act((work) => createTopic(work, '1', { name: name('Sprawa'), nameEn: '', sort: 1, valid: true })),
    changes: { all: (work, id) => editTopic(work, id, { name: name('Inna'), nameEn: 'Other', sort: 2, valid: false }) },
  },
  'ticket type': {
    stands: () => act((work) => createType(work, { name: name('Typ'), valid: true })),
    changes: {
      renamed: (work, id) => editType(work, id, { name: name('Awaria'), valid: true }),
      'off for now': (work, id) => editType(work, id, { name: name('Na razie'), valid: false, offForNow: true }),
    },
  },
  'ticket state': {
    stands: () => act((work) => createState(work, aState({ name: name('Czeka na dostawę') }))),
    changes: {
      renamed: (work, id) => editState(work, id, aState({ name: name('Czeka na części'), dateOptional: false, sort: 5, suspends: false })),
      'off for now': (work, id) => editState(work, id, aState({ name: name('Na razie'), valid: false, offForNow: true })),
    },
  },
  'ticket priority': {
    stands: () => act((work) => createPriority(work, { name: name('6 krytyczny'), valid: true })),
    changes: {
      renamed: (work, id) => editPriority(work, id, { name: name('6 pilny'), valid: true }),
      'off for now': (work, id) => editPriority(work, id, { name: name('7 na razie'), valid: false, offForNow: true }),
    },
  },
  service: {
    stands: () =>
      act((work) =>
        createService(work, { name: name('Usługa'), parentId: null, unitId: '1', forEverybody: true, comment: '', valid: true }),
      ),
    changes: {
      all: async (work, id) =>
        editService(work, id, {
          name: name('Inna'),
          parentId: await createService(work, {
            name: name('Nad'),
            parentId: null,
            unitId: '1',
            forEverybody: true,
            comment: '',
            valid: true,
          }),
          unitId: await make.unit(),
          forEverybody: false,
          personIds: [await make.person({ name: 'Ewa Lis' }), await make.person({ name: 'Jan Lis' })],
          comment: 'dla dwojga',
          valid: false,
          offForNow: true,
        }),
    },
  },
  sla: {
    stands: () =>
      act((work) =>
        createSla(work, {
          name: name('Umowa'),
          unitId: '1',
          calendarId: null,
          deadlines: NO_DEADLINES,
          serviceIds: [],
          comment: '',
          valid: true,
        }),
      ),
    changes: {
      all: async (work, id) =>
        editSla(work, id, {
          name: name('Inna'),
          unitId: await make.unit(),
          calendarId: '1',
          deadlines: {
            firstResponse: { minutes: 240, notify: 80 },
            update: { minutes: 480, notify: null },
            solution: { minutes: 960, notify: 50 },
          },
          serviceIds: [
            await createService(work, { name: name('Usługa'), parentId: null, unitId: '1', forEverybody: true, comment: '', valid: true }),
          ],
          comment: 'szybka',
          valid: false,
          offForNow: true,
        }),
    },
  },
  field: {
    stands: () => act((work) => createField(work, '1', 'Dropdown', fieldForm({ values: [{ key: 'a', label: 'A', labelEn: null }] }))),
    changes: {
      all: (work, id) =>
        editField(work, id, {
          ...fieldForm({ values: [{ key: 'b', label: 'Bee', labelEn: 'B' }], initial: ['b'], none: true, tree: true }),
          labelEn: 'Other',
          sort: 3,
          valid: false,
          rules: [
            { screen: 'close', queueId: null, topicId: null, use: 'required' },
            { screen: 'portal', queueId: '4', topicId: null, use: 'optional' },
          ],
        }),
    },
  },
  route: {
    stands: () => make.unit(),
    changes: {
      topic: async (work, id) =>
        setRoute(work, id, await createTopic(work, id, { name: name('Sprawa'), nameEn: '', sort: 0, valid: true }), '1'),
      rest: (work, id) => setRoute(work, id, null, '2'),
      'rest elsewhere': (work, id) => setRoute(work, id, null, '3'),
      'no longer': (work, id) => setRoute(work, id, null, null),
    },
  },
  setting: {
    stands: async () => `faq/${await make.unit()}`,
    changes: {
      two: (work, id) => saveSettings(work, 'faq', owner.settings!, { limit: 3, title: 'Pytania' }, id.split('/')[1]),
      'one taken back': (work, id) => saveSettings(work, 'faq', owner.settings!, { limit: undefined, title: 'Inne' }, id.split('/')[1]),
    },
  },
  'plugin activation': {
    stands: async () => name('plugin').replace(' ', '-'),
    changes: {
      on: (work, id) => setActivation(work, id, '1', true),
      off: (work, id) => setActivation(work, id, '1', false),
      'as above': (work, id) => setActivation(work, id, '1', null),
    },
  },
}

const eventsOf = async (subject: AdminSubject, id: Id): Promise<AuditEvent[]> => {
  const { rows } = await listEvents(opened.db, 'all', { filter: { objectType: SUBJECTS[subject].type, objectId: id }, limit: 50 })
  return rows.filter((event) => ownSubject(event, [owner])?.subject === SUBJECTS[subject])
}
const around = () => ({ zone: make.config.zone, owners: [owner] })
const read = async (subject: AdminSubject, id: Id, of: Values) =>
  JSON.parse(JSON.stringify((await (SUBJECTS[subject].way as Way<any, any>).read(opened.db, id, of, around())) ?? null)) as unknown // oxlint-disable-line typescript/no-explicit-any

/** Does it take the event's values to say which part of the thing is meant? */
const asksWhich = (subject: AdminSubject): boolean =>
  Boolean((SUBJECTS[subject] as Subject).each) || ['person address', 'person login', 'queue order', 'setting'].includes(subject)
const today = async (subject: AdminSubject, id: Id, values: Values | null) => {
  const { today: asNow } = SUBJECTS[subject].way as Way<any, any> // oxlint-disable-line typescript/no-explicit-any
  return values && asNow ? await asNow(opened.db, id, values) : values
}

describe.each(Object.keys(CASES) as AdminSubject[])('%s', (subject) => {
  const hasWay = !('noWayBack' in SUBJECTS[subject].way)

  it(hasWay ? 'goes back to what stood before, change by change' : 'says why it does not go back', async () => {
    const { stands, changes } = CASES[subject]
    const id = await stands()
    for (const [what, change] of Object.entries(changes)) {
      const known = (await eventsOf(subject, id)).length
      const stood = hasWay && !asksWhich(subject) ? await read(subject, id, {}) : undefined
      await act((work) => change(work, id))
      const event = (await eventsOf(subject, id)).slice(0, -known || undefined)[0]!
      expect([what, canRevert(event, [owner])]).toEqual([what, hasWay])
      if (!hasWay) {
        await expect(act((work) => revertEvent(work, event, [owner]))).rejects.toMatchObject({ code: 'audit.no-way-back' })
        const said = await saying(opened.db, { language: 'pl', zone: 'Europe/Warsaw', now: TUESDAY, owners: [owner] }, [event])
        expect(sayNoWayBack(said, event, whyNoWayBack(event, [owner])!)).toMatch(/^\p{Lu}.+\.$/u)
        continue
      }
      const of = { ...event.before, ...event.after }
      const after = await read(subject, id, of)
      const before = asksWhich(subject) ? await today(subject, id, event.before) : stood
      expect([what, before]).not.toEqual([what, after])
      const events = (await eventsOf(subject, id)).length
      await act((work) => revertEvent(work, event, [owner]))
      expect([what, await read(subject, id, of)]).toEqual([what, before])
      // Twice it does not: the value is no longer what the event made of it.
      await expect(act((work) => revertEvent(work, event, [owner]))).rejects.toMatchObject({ code: 'audit.changed-since' })
      // Going back is a change too, with an event or two of its own, and goes back as well.
      const back = (await eventsOf(subject, id)).slice(0, -events)
      expect(back.length).toBeGreaterThan(0)
      for (const one of back) await act((work) => revertEvent(work, one, [owner]))
      expect([what, await read(subject, id, of)]).toEqual([what, after])
    }
  })

  it('reads in words, in both languages, with nothing raw in it', async () => {
    const { stands, changes } = CASES[subject]
    const id = await stands()
    for (const change of Object.values(changes)) await act((work) => change(work, id))
    const events = await eventsOf(subject, id)
    for (const language of ['pl', 'en'] as const) {
      const said = await saying(opened.db, { language, zone: 'Europe/Warsaw', now: TUESDAY, owners: [owner] }, events)
      for (const event of events) {
        const lines = sayLines(said, event)
        expect(sayObject(said, event)).toMatch(/^\p{Lu}[^_]+ [„“].+”$/u)
        const raw = lines.filter(
          ({ field, before, after }) =>
            /^pole „|^field “|_id|[a-z][A-Z]|\[object/.test(field) || /\[object|[{}]|^null$|undefined/.test(before + after),
        )
        expect(raw.filter(() => subject !== 'setting')).toEqual([])
        // One of a few is said in words, never as it is called in the table.
        for (const [key, field] of Object.entries({ ...(SUBJECTS[subject] as Subject).fields, ...(SUBJECTS[subject] as Subject).told })) {
          if (language !== 'pl' || typeof field.as !== 'object' || !('choice' in field.as)) continue
          const values = [event.before?.[key], event.after?.[key]].filter((value) => typeof value === 'string')
          expect(values.filter((value) => lines.some(({ before, after }) => before === value || after === value))).toEqual([])
        }
      }
    }
  })
})

describe('what earlier versions wrote', () => {
  /** An event as its row stood then. */
  const old = (
    type: string,
    id: Id,
    before: Values | null,
    after: Values | null,
    unit: Id | null = null,
  ): Parameters<typeof revertEvent>[1] => ({
    kind: 'admin-changed',
    object: { type, id },
    before,
    after,
    unit: unit === null ? null : { id: unit },
  })
  const revert = (event: Parameters<typeof revertEvent>[1]) => act((work) => revertEvent(work, event, [owner]))

  it('names for ids: the order of queues, a template’s queues and files, who stands in', async () => {
    const unit = await make.unit()
    const [a, b] = [
      await act((work) => createQueue(work, queueForm({ unitId: unit, name: name('A') }))),
      await act((work) => createQueue(work, queueForm({ unitId: unit, name: name('B') }))),
    ]
    const names = new Map(
      (await opened.db.selectFrom('queue').select(['id', 'name']).where('unit_id', '=', unit).execute()).map((row) => [row.id, row.name]),
    )
    await act((work) => orderQueues(work, unit, [b, a]))
    await revert(old('unit', unit, { queues: [names.get(a), names.get(b)] }, { queues: [names.get(b), names.get(a)] }, unit))
    expect(
      (await opened.db.selectFrom('queue').select('id').where('unit_id', '=', unit).orderBy('sort').execute()).map((row) => row.id),
    ).toEqual([a, b])
    await expect(
      revert(old('unit', unit, { queues: ['Nie ma jej'] }, { queues: [names.get(a), names.get(b)] }, unit)),
    ).rejects.toMatchObject({ code: 'audit.no-way-back' })

    const queue = (await opened.db.selectFrom('queue').select('name').where('id', '=', '1').executeTakeFirstOrThrow()).name
    const template = await act((work) =>
      createTemplate(work, {
        name: name('Szablon'),
        type: 'Answer',
        body: 'Treść',
        valid: true,
        queueIds: ['1'],
        newFiles: [file('a'), file('b')],
        dropFileIds: [],
      }),
    )
    await revert(old('answer template', template, { files: ['a.pdf'], queues: [] }, { files: ['a.pdf', 'b.pdf'], queues: [queue] }))
    expect(await findTemplate(opened.db, template)).toMatchObject({ queues: [], files: [{ name: 'a.pdf' }] })
    // Nobody kept the file then.
    await expect(revert(old('answer template', template, { files: ['a.pdf', 'b.pdf'] }, { files: ['a.pdf'] }))).rejects.toMatchObject({
      code: 'audit.no-way-back',
    })

    const [anna, jan] = [await make.agent({}), await make.agent({}, { name: name('Jan Zastępca') })]
    const said = (await opened.db.selectFrom('person').select('name').where('id', '=', jan).executeTakeFirstOrThrow()).name
    await act((work) => setAbsence(work, anna, days))
    await revert(old('person absence', anna, { substitute: said }, { substitute: null }))
    expect(
      (await opened.db.selectFrom('person_absence').select('substitute_id').where('person_id', '=', anna).executeTakeFirst())
        ?.substitute_id,
    ).toBe(jan)
  })

  it('several things under one kind: each is found by what it speaks of', () => {
    const of = (type: string, id: Id, before: Values | null, after: Values | null) => {
      const subject = ownSubject(old(type, id, before, after))?.subject
      return Object.entries(SUBJECTS).find(([, one]) => one === subject)?.[0]
    }
    expect(of('unit', '5', { queues: [] }, { queues: ['a'] })).toBe('queue order')
    expect(of('unit', '5', { calendar_id: null }, { calendar_id: '1' })).toBe('unit calendar')
    expect(of('unit', '5', { name: 'a' }, { name: 'b' })).toBe('unit')
    expect(of('queue text', '5', { salutation: null }, { salutation: '1' })).toBe('queue parts')
    expect(of('queue text', '5', { closed: 'none' }, { closed: 'inherit' })).toBe('queue text')
    expect(of('text', 'auto reply', { standard: '1' }, { standard: null })).toBe('standard text')
    expect(of('person', '5', { hold: null }, { hold: 'x' })).toBe('person hold')
    expect(of('person', '5', { erased: false }, { erased: true })).toBe('person erasure')
    expect(of('person', '5', { agent: false }, { agent: true })).toBe('person')
  })

  it('what a directory said, a secret, a setting of nobody, a thing of a plugin that is gone: said, and not offered to be taken back', async () => {
    const person = await make.person({ name: 'Zofia Lis' })
    const events: [Parameters<typeof revertEvent>[1], string][] = [
      [old('person', person, { roles: '', agent: 'false' }, { roles: 'Dyżur', agent: 'true', from: 'directory main' }), 'no-way.directory'],
      [old('setting', 'faq', { apiKey: '•••' }, { apiKey: '•••' }), 'no-way.setting'],
      [old('setting', 'gone', { limit: 1 }, { limit: 2 }), 'no-way.setting'],
      [old('gone/thing', '5', { a: 1 }, { a: 2 }), 'no-way.unknown'],
      [old('queue', '1', null, { name: 'Nowa' }), 'no-way.made'],
      [old('queue', 'x', { name: 'a' }, { name: 'b' }), 'no-way.unknown'],
    ]
    for (const [event, why] of events) {
      expect(whyNoWayBack(event, [owner])).toBe(why)
      await expect(revert(event)).rejects.toMatchObject({ code: 'audit.no-way-back' })
    }
    const secret: SubjectOwner = { name: 'keys', settings: { apiKey: text('key', '') } }
    expect(whyNoWayBack(old('setting', 'keys', { apiKey: '•••' }, { apiKey: null }), [secret])).toBe('no-way.secret')
    const said = await saying(
      opened.db,
      { language: 'pl', zone: 'Europe/Warsaw', now: TUESDAY, owners: [] },
      events.map(([event]) => event),
    )
    expect(sayLines(said, events[0]![0])).toEqual([
      { field: 'Role', before: '–', after: 'Dyżur' },
      { field: 'Agent', before: 'nie', after: 'tak' },
      { field: 'Skąd to wiadomo', before: '–', after: 'katalog osób „main”' },
    ])
  })
})

describe('who may put something back', () => {
  it('central administration everything; a unit’s own what they may change themselves, in their units', async () => {
    const [mine, other] = [await make.unit(), await make.unit()]
    const local = await make.agent({})
    await act((work) => addUnitAdministrator(work, mine, local))
    await act((work) => setRoute(work, mine, null, '2'))
    await act((work) => setRoute(work, other, null, '2'))
    await act((work) =>
      editUnit(work, mine, { parentId: '1', slug: `m-${++count}`, name: name('Moja'), nameEn: '', calendarId: null, valid: true }),
    )
    const by = async (subject: AdminSubject, id: Id) => {
      const event = (await eventsOf(subject, id))[0]!
      return make
        .work(await make.actor(local), (work) => revertEvent(work, event, [owner]))
        .then(
          () => 'done',
          (error: { code?: string }) => error.code,
        )
    }
    expect(await by('route', mine)).toBe('done')
    expect(await by('route', other)).toBe('not-allowed')
    expect(await by('unit', mine)).toBe('not-allowed')
  })
})

describe('what a unit decides itself', () => {
  it('is written by its administrators, unless central administration has locked it, and by nobody of another unit', async () => {
    const [unit, other, local] = [await make.unit(), await make.unit(), await make.agent({})]
    await make.asSystem((work) => addUnitAdministrator(work, unit, local))
    const says = async (value: string, where = unit) =>
      make.work(await make.actor(local), (work) => saveSettings(work, 'unit', unitSettings, { companies: value }, where))
    await says('read')
    await expect(says('read', other)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(says('read', '1')).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(says('everything')).rejects.toMatchObject({ code: 'input', field: 'companies' })
    await act((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { lockedSettings: 'faq.suggestions unit.companies' }, unit))
    await expect(says('reply')).rejects.toMatchObject({ code: 'unit.limit' })
    await act((work) => saveSettings(work, 'unit', unitSettings, { companies: 'reply' }, unit))
    expect((await readSettings(opened.db, 'unit', unitSettings, unit)).companies).toBe('reply')
  })
})
