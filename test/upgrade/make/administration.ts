/** Owns the administrators' part of a backup: every kind of change, each by the act that makes it. */
import { Attribute, Change, Client } from 'ldapts'
import { TOTP, Secret } from 'otpauth'
import { sql } from 'kysely'
import {
  addUnitAdministrator,
  createTopic,
  createUnit,
  editSystemAddress,
  endAbsence,
  optIn,
  secretToShow,
  setAbsence,
  setActivation,
  setPassword,
  setRoute,
  type Id,
} from '../../../core/index.ts'
import {
  addAddress,
  addPerson,
  askErasure,
  closeQueue,
  createCalendar,
  createFilter,
  createGroup,
  createPart,
  createQueue,
  createRole,
  createSystemAddress,
  createTemplate,
  createText,
  deleteFilter,
  editCalendar,
  editFilter,
  editGroup,
  editPart,
  editPerson,
  editQueue,
  editRole,
  editTemplate,
  editText,
  editTopic,
  editUnit,
  endHold,
  findCalendar,
  findFilter,
  findText,
  groupsOfUnit,
  holdPerson,
  listAddresses,
  listUnitRules,
  mainQueueOf,
  makeMainAddress,
  optOut,
  orderQueues,
  placeEverybody,
  removeAddress,
  removeUnitAdministrator,
  resetSecondFactor,
  saveBrand,
  saveSettings,
  saveUnitRule,
  sendPasswordLink,
  setPasswordOf,
  setPersonRights,
  setPersonRole,
  setPersonRoles,
  setQueueParts,
  setQueueText,
  setRoleRights,
  setStandardText,
  setUnitCalendar,
  switchFilter,
  UNIT_LIMITS,
  unitLimits,
  type PersonForm,
  type QueueForm,
} from '../../../core/administration.ts'
import { coreSettings } from '../../../core/kernel/settings/core-settings.ts'
import { openDirectories } from '../../../plugins/ldap-auth/house.ts'
import { synchronise } from '../../../plugins/ldap-auth/sync.ts'
import { settings as faqSettings } from '../../../plugins/faq/settings.ts'
import {
  approveItem,
  addFiles,
  changeItem,
  createItem,
  keepFiles,
  saveCategory,
  setItemValid,
  vote,
  type ItemForm,
} from '../../../plugins/faq/faq.ts'
import { campusPerson, SUFFIX } from '../../campus.ts'
import { ROOT_PASSWORD, rootOf } from '../../servers/slapd.ts'
import type { Browser, Stage } from './stage.ts'

export const PASSWORD = 'dobre hasło na próbę'

/** People, places and things by the names the rest of the making knows them by. */
export interface House {
  admin: Id
  ada: Id
  jan: Id
  maria: Id
  piotr: Id
  gone: Id
  paulina: Id
  tomasz: Id
  held: Id
  erased: Id
  wm: Id
  wmd: Id
  chemistry: Id
  siec: Id
  eduroam: Id
  poczta: Id
  dziekanat: Id
  archive: Id
  network: Id
  /** Base32, of Ada's second factor; her codes for recovery. */
  secret: string
  codes: string[]
  /** Ada, logged in. */
  adaBrowser: Browser
}

export const codeOf = (secret: string, at: Date): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })

export async function makeHouse(stage: Stage): Promise<House> {
  const admin = (await stage.db.selectFrom('person').select('id').where('login', '=', 'admin').executeTakeFirstOrThrow()).id
  await setPassword(stage.host, admin, PASSWORD)
  const by = <T>(run: Parameters<Stage['as']>[1]) => stage.as(admin, run) as Promise<T>

  // ── units, calendars, groups, roles ──
  const unit = (parentId: Id, slug: string, name: string, nameEn = '') =>
    by<Id>((work) => createUnit(work, { parentId, slug, name, nameEn, calendarId: null, valid: true }))
  const wm = await unit('1', 'wm', 'Wydział Mechaniczny', 'Faculty of Mechanical Engineering')
  const wmd = await unit(wm, 'wm-dziekanat', 'Dziekanat WM')
  const chemistry = await unit('1', 'chemia', 'Chemia')
  await by((work) =>
    editUnit(work, chemistry, {
      parentId: '1',
      slug: 'wch',
      name: 'Wydział Chemiczny',
      nameEn: 'Faculty of Chemistry',
      calendarId: null,
      valid: true,
    }),
  )
  const old = await unit('1', 'stara', 'Stara jednostka')
  await by((work) =>
    editUnit(work, old, { parentId: '1', slug: 'stara', name: 'Stara jednostka', nameEn: '', calendarId: null, valid: false }),
  )
  const standard = (await findCalendar(stage.db, '1'))!.calendar
  const hours = await by<Id>((work) =>
    createCalendar(work, { ...standard, name: 'Dziekanaty', cutOff: '14:00', onceHolidays: [{ date: '2026-12-24', name: 'Wigilia' }] }),
  )
  const open = (await findCalendar(stage.db, hours))!.calendar
  await by((work) =>
    editCalendar(
      work,
      hours,
      {
        ...open,
        cutOff: '13:30',
        hours: { ...open.hours, fri: [{ from: '08:00', to: '12:00' }] },
        yearlyHolidays: [{ month: 10, day: 1, name: 'Inauguracja' }],
      },
      true,
    ),
  )
  await by((work) => setUnitCalendar(work, wm, hours))
  const network = await by<Id>((work) => createGroup(work, { name: 'Sieć', comment: '', unitId: '1', valid: true }))
  await by((work) =>
    editGroup(work, network, { name: 'Sieć i eduroam', comment: 'sieć przewodowa i bezprzewodowa', unitId: '1', valid: true }),
  )
  const duty = await by<Id>((work) => createRole(work, { name: 'Dyżur', comment: '', valid: true, secondFactor: false }))
  await by((work) => editRole(work, duty, { name: 'Dyżur', comment: '', valid: true, secondFactor: true }))
  // A rename of a role that demands a second factor: going back on it must not touch that.
  await by((work) => editRole(work, duty, { name: 'Dyżur serwisu', comment: 'pierwsza linia', valid: true, secondFactor: true }))
  await by((work) => createRole(work, { name: 'Centralni', comment: 'z katalogu', valid: true }))
  await by((work) =>
    setRoleRights(
      work,
      duty,
      new Map([
        ['1', ['ro', 'note', 'owner']],
        [network, ['rw']],
      ]),
    ),
  )
  await by((work) => setRoleRights(work, duty, new Map([['1', ['ro', 'note', 'owner', 'priority']]])))

  // ── people ──
  const form = (firstName: string, lastName: string, more: Partial<PersonForm> = {}): PersonForm => ({
    login: '',
    firstName,
    lastName,
    name: '',
    language: null,
    phone: '',
    unitId: null,
    agent: false,
    valid: true,
    ...more,
  })
  const person = (values: PersonForm, address: string) => by<Id>((work) => addPerson(work, values, address))
  const ada = await person(
    form('Ada', 'Nowak', { login: 'anowak', agent: true, unitId: '1', language: 'pl', phone: '2447' }),
    'ada.nowak@uni.example',
  )
  const jan = await person(form('Jan', 'Kowalski', { login: 'jkowalski', agent: true, unitId: '1' }), 'jan.kowalski@uni.example')
  const maria = await person(
    form('Maria', 'Zając', { login: 'mzajac', agent: true, unitId: wm, language: 'en' }),
    'maria.zajac@uni.example',
  )
  const piotr = await person(form('Piotr', 'Wilk', { login: 'pwilk', unitId: '1' }), 'piotr.wilk@uni.example')
  const gone = await person(form('Olga', 'Lis', { login: 'olis', agent: true, unitId: '1' }), 'olga.lis@uni.example')
  const paulina = await person(form('Paulina', 'Szpak'), 'paulina.szpak@student.example')
  const tomasz = await person(form('Tomasz', 'Maj', { language: 'en', unitId: wm }), 'tomasz.maj@student.example')
  const held = await person(form('Zofia', 'Król'), 'zofia.krol@student.example')
  const erased = await person(form('Kinga', 'Baran', { login: 'kbaran' }), 'kinga.baran@student.example')
  await by((work) =>
    editPerson(work, piotr, form('Piotr', 'Wilk', { login: 'pwilk', unitId: '1', agent: true, phone: '2448', language: 'pl' })),
  )
  await by((work) => editPerson(work, gone, form('Olga', 'Lis', { login: 'olis', agent: true, unitId: '1', valid: false })))
  await by((work) => addAddress(work, paulina, 'pszpak@alias.example'))
  await by((work) => addAddress(work, paulina, 'stary@alias.example'))
  const addresses = await listAddresses(stage.db, paulina)
  await by((work) => makeMainAddress(work, paulina, addresses.find(({ address }) => address.startsWith('pszpak'))!.id))
  await by((work) => makeMainAddress(work, paulina, addresses.find(({ address }) => address.startsWith('paulina'))!.id))
  await by((work) => removeAddress(work, paulina, addresses.find(({ address }) => address.startsWith('stary'))!.id))
  await by((work) =>
    setPersonRights(
      work,
      ada,
      new Map([
        ['1', ['rw']],
        ['2', ['rw']],
        [network, ['rw']],
      ]),
    ),
  )
  await by((work) =>
    setPersonRights(
      work,
      jan,
      new Map([
        ['1', ['ro', 'note']],
        [network, ['ro']],
      ]),
    ),
  )
  await by((work) =>
    setPersonRights(
      work,
      jan,
      new Map([
        ['1', ['rw']],
        [network, ['rw']],
      ]),
    ),
  )
  await by((work) => setPersonRights(work, piotr, new Map([['1', ['ro', 'note', 'move_into', 'create', 'owner', 'priority']]])))
  await by((work) => setPersonRoles(work, ada, [duty]))
  await by((work) => setPersonRole(work, jan, duty, true))
  await by((work) => setPersonRole(work, jan, duty, false))
  await by((work) => holdPerson(work, held, 'Postępowanie dyscyplinarne 12/2026'))
  await by((work) => holdPerson(work, tomasz, 'pomyłka'))
  await by((work) => endHold(work, tomasz))
  for (const id of [ada, jan, maria]) await setPassword(stage.host, id, PASSWORD)
  await setPasswordOf(stage.host, await stage.actor(admin), piotr, `${PASSWORD} 2`)
  await by((work) => sendPasswordLink(work, jan))
  const day = (days: number) => new Date(stage.now.getTime() + days * 86_400_000).toISOString().slice(0, 10)
  await by((work) => setAbsence(work, jan, { from: day(1), until: day(3), substituteId: piotr, note: 'urlop' }))
  await by((work) => setAbsence(work, jan, { from: day(1), until: day(20), substituteId: ada, note: 'urlop do świąt' }))
  await stage.as(piotr, (work) => setAbsence(work, piotr, { from: day(0), until: day(2), substituteId: null, note: '' }))
  await stage.as(piotr, (work) => endAbsence(work, piotr))

  // ── queues, addresses ──
  const blank: QueueForm = {
    name: '',
    parentId: null,
    unitId: '1',
    groupId: '1',
    calendarId: null,
    addressId: null,
    followUpPossible: 'possible',
    followUpLock: false,
    language: null,
    signature: '',
    comment: '',
    valid: true,
  }
  const queue = (values: Partial<QueueForm>) => by<Id>((work) => createQueue(work, { ...blank, ...values }))
  const change = (id: Id, values: Partial<QueueForm>) => by((work) => editQueue(work, id, { ...blank, ...values }))
  const siec = await queue({ name: 'Sieć', groupId: network })
  const eduroam = await queue({ name: 'eduroam', parentId: siec, groupId: network })
  const poczta = await queue({ name: 'Poczta' })
  const archive = await queue({ name: 'Archiwum' })
  await change(archive, { name: 'Archiwum', valid: false })
  // One column after another, so that each has an event of its own.
  let values: Partial<QueueForm> = { name: 'Poczta' }
  for (const more of [
    { followUpStrangers: 'accept' },
    { followUpPossible: 'reject' },
    { followUpLock: true },
    { language: 'en' },
    { signature: 'Zespół poczty\ntel. 2447' },
    { calendarId: hours },
    { groupId: network },
    { comment: 'konta i skrzynki' },
    { parentId: siec },
    { parentId: null },
    { name: 'Poczta i konta' },
    { unitId: wm },
    { unitId: '1' },
  ] as Partial<QueueForm>[])
    await change(poczta, (values = { ...values, ...more }))
  const first = (
    await stage.db.selectFrom('system_address').select(['id']).where('address', '=', 'pomoc@uni.example').executeTakeFirstOrThrow()
  ).id
  const topic = await by<Id>((work) =>
    createTopic(work, '1', { name: 'Konto i hasło', nameEn: 'Account and password', sort: 10, valid: true }),
  )
  await by((work) => editTopic(work, topic, { name: 'Konto, hasło, dostęp', nameEn: 'Account, password, access', sort: 5, valid: true }))
  const thesis = await by<Id>((work) => createTopic(work, '1', { name: 'Praca dyplomowa', nameEn: 'Thesis', sort: 20, valid: true }))
  const address = await by<Id>((work) =>
    createSystemAddress(work, { address: 'siec@uni.example', name: 'Sieć uczelni', queueId: siec, valid: true }),
  )
  await by((work) =>
    editSystemAddress(work, address, {
      address: 'siec@uni.example',
      name: 'Sieć uczelni',
      queueId: siec,
      valid: true,
      byUnit: true,
      topicId: topic,
    }),
  )
  await by((work) =>
    editSystemAddress(work, address, {
      address: 'siec@uni.example',
      name: 'Sieć',
      queueId: eduroam,
      valid: true,
      byUnit: true,
      topicId: topic,
    }),
  )
  await by((work) =>
    editSystemAddress(work, first, { address: 'pomoc@uni.example', name: 'Pomoc informatyczna', queueId: '2', valid: true }),
  )
  const strict = await queue({ name: 'Bez obcych', followUpStrangers: 'reject', followUpPossible: 'reject' })
  const fresh = await queue({ name: 'Od nowa', followUpPossible: 'new ticket' })
  for (const [local, queueId] of [
    ['konta', poczta],
    ['zamkniete', strict],
    ['nowe', fresh],
    ['eduroam', eduroam],
  ] as const) {
    await by((work) => createSystemAddress(work, { address: `${local}@uni.example`, name: local, queueId, valid: true }))
  }
  await change(siec, { name: 'Sieć', groupId: network, addressId: address })
  const own = (
    await stage.db.selectFrom('queue').select('id').where('unit_id', '=', '1').where('valid', '=', true).orderBy('id', 'desc').execute()
  ).map(({ id }) => id)
  await by((work) => orderQueues(work, '1', own))

  // ── texts ──
  const letters = (word: string) => ({
    pl: { subject: `${word}: <OTRS_CUSTOMER_SUBJECT[40]>`, body: `Dzień dobry,\n\n${word}.` },
    en: { subject: '', body: '' },
  })
  const answer = await by<Id>((work) =>
    createText(work, { name: 'Sieć: przyjęte', type: 'auto reply', valid: true, variants: letters('Przyjęte') }),
  )
  await by((work) => editText(work, answer, { name: 'Sieć: przyjęliśmy', valid: true, variants: letters('Przyjęliśmy') }))
  const stood = (await findText(stage.db, '1'))!
  await by((work) =>
    editText(work, '1', {
      name: stood.name,
      valid: true,
      variants: {
        en: stood.variants.en!,
        pl: {
          subject: 'Mamy Twoje zgłoszenie: <OTRS_CUSTOMER_SUBJECT[40]>',
          body: 'Dzień dobry,\n\ndostało numer <OTRS_TICKET_TicketNumber>. <POMOC_RECEIPT>',
        },
      },
    }),
  )
  await by((work) => setStandardText(work, 'auto reply', answer))
  await by((work) => setStandardText(work, 'auto reply', '1'))
  await by((work) => setStandardText(work, 'auto follow up', '3'))
  await by((work) => setQueueText(work, siec, 'auto reply', answer))
  await by((work) => setQueueText(work, eduroam, 'auto follow up', 'none'))
  await by((work) => setQueueText(work, poczta, 'closed', 'none'))
  await by((work) => setQueueText(work, poczta, 'closed', 'inherit'))
  const [hello, foot] = [
    await by<Id>((work) => createPart(work, 'salutation', { name: 'Zwykłe', body: 'Szanowni Państwo,', valid: true })),
    await by<Id>((work) => createPart(work, 'signature', { name: 'Zespół sieci', body: 'Zespół sieci\ntel. 2447', valid: true })),
  ]
  await by((work) => editPart(work, 'salutation', hello, { name: 'Zwykłe', body: 'Dzień dobry,', valid: true }))
  await by((work) => editPart(work, 'signature', foot, { name: 'Sieć', body: 'Zespół sieci\ntel. 2448', valid: true }))
  await by((work) => setQueueParts(work, siec, { salutation: hello, signature: null }))
  await by((work) => setQueueParts(work, siec, { salutation: hello, signature: foot }))
  await by((work) => setQueueParts(work, siec, { salutation: null, signature: foot }))
  const template = await by<Id>((work) =>
    createTemplate(work, {
      name: 'Reset hasła',
      type: 'Answer',
      body: 'Hasło można zmienić samodzielnie.',
      valid: true,
      queueIds: [poczta],
      newFiles: [{ name: 'instrukcja.txt', contentType: 'text/plain', content: Buffer.from('1. Otwórz stronę konta.\n') }],
      dropFileIds: [],
    }),
  )
  await by((work) =>
    editTemplate(work, template, {
      name: 'Zmiana hasła',
      type: 'Answer',
      body: 'Hasło można zmienić samodzielnie na stronie konta.',
      valid: true,
      queueIds: [poczta, siec],
      newFiles: [],
      dropFileIds: [],
    }),
  )

  // ── filters ──
  const filter = (name: string, key: string, value: string, header: string, said: string) =>
    by<Id>((work) =>
      createFilter(work, {
        name,
        comment: '',
        stop: false,
        valid: true,
        match: [{ key, value, negated: false }],
        set: [{ key: header, value: said }],
      }),
    )
  await filter('10 reklama', 'Subject', 'REKLAMA', 'X-OTRS-Ignore', 'yes')
  const urgent = await filter('20 pilne', 'Subject', '^PILNE', 'X-OTRS-Priority', '4 high')
  const stoodFilter = (await findFilter(stage.db, urgent))!
  await by((work) =>
    editFilter(work, urgent, { ...stoodFilter, comment: 'od rektoratu', set: [{ key: 'X-OTRS-Priority', value: '5 very high' }] }),
  )
  const spare = await filter('30 zapas', 'From', 'nikt@', 'X-OTRS-Queue', 'Junk')
  await by((work) => switchFilter(work, spare, false))
  const lost = await filter('40 na chwilę', 'Body', 'x', 'X-OTRS-Queue', 'Junk')
  await by((work) => deleteFilter(work, lost))

  // ── settings, plugins ──
  await by((work) => saveSettings(work, 'core', coreSettings, { 'mail.reopenings': 3 }))
  await by((work) => saveSettings(work, 'core', coreSettings, { 'mail.reopenings': 4, 'faults.count': 5 }))
  await by((work) => saveSettings(work, 'core', coreSettings, { 'faults.count': undefined }))
  await by((work) => saveSettings(work, UNIT_LIMITS, unitLimits, { maxQueues: 12, ownAddresses: true, plugins: '*' }, wm))
  await by((work) => saveSettings(work, 'faq', faqSettings, { suggestions: 5 }))
  await by((work) => saveSettings(work, 'faq', faqSettings, { suggestions: 2, approval: true }, wm))
  await by((work) => saveSettings(work, 'faq', faqSettings, { suggestions: 4, approval: true }, wm))
  await by((work) => setActivation(work, 'faq', '1', true))
  await by((work) => setActivation(work, 'faq', chemistry, false))
  await by((work) => setActivation(work, 'faq', chemistry, null))
  await by((work) => setActivation(work, 'brittle', '1', true))

  // ── units that run themselves ──
  await by((work) => addUnitAdministrator(work, wm, maria))
  await by((work) => addUnitAdministrator(work, wm, jan))
  await by((work) => removeUnitAdministrator(work, wm, jan))
  const local = <T>(run: Parameters<Stage['as']>[1]) => stage.as(maria, run) as Promise<T>
  await local((work) => optIn(work, wm))
  const dziekanat = (await mainQueueOf(stage.db, wm))!
  await local((work) => setRoute(work, wm, topic, dziekanat.id))
  await local((work) => setRoute(work, wm, thesis, dziekanat.id))
  await local((work) => setRoute(work, wm, thesis, null))
  await local((work) => setRoute(work, wm, null, dziekanat.id))
  const localQueue = (values: Partial<QueueForm>) =>
    local<Id>((work) => createQueue(work, { ...blank, unitId: wm, groupId: dziekanat.groupId, parentId: dziekanat.id, ...values }))
  const theses = await localQueue({ name: 'Prace dyplomowe' })
  const internships = await localQueue({ name: 'Praktyki' })
  const closing = await localQueue({ name: 'Do zamknięcia' })
  await local((work) =>
    editQueue(work, internships, {
      ...blank,
      unitId: wm,
      groupId: dziekanat.groupId,
      parentId: dziekanat.id,
      name: 'Praktyki',
      followUpStrangers: 'accept',
      comment: 'umowy',
    }),
  )
  await local((work) => orderQueues(work, wm, [internships, theses, dziekanat.id]))
  await local((work) => closeQueue(work, closing, theses))
  await local((work) => createTopic(work, wm, { name: 'Laboratoria', nameEn: '', sort: 1, valid: true }))
  await local((work) => saveBrand(work, wm, { name: 'WM', colour: '#1a56b0' }))
  await local((work) =>
    saveBrand(work, wm, {
      name: 'Wydział Mechaniczny',
      colour: '#8a1538',
      logo: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#8a1538"/></svg>'),
    }),
  )
  await local((work) => setQueueText(work, theses, 'auto reply', 'none'))
  await local((work) => setQueueText(work, theses, 'auto reply', 'inherit'))
  await local((work) =>
    createText(work, { name: 'WM: przyjęte', type: 'auto reply', valid: true, variants: letters('Dziekanat ma zgłoszenie') }, wm),
  )
  const wmHours = await local<Id>((work) => createCalendar(work, { ...open, name: 'Dziekanat WM' }, true, wm))
  await local((work) => setUnitCalendar(work, wmd, wmHours))
  await local((work) => setActivation(work, 'faq', wm, true))
  await local((work) => saveSettings(work, 'faq', faqSettings, { suggestions: 3 }, wm))
  await local((work) => createSystemAddress(work, { address: 'wm@uni.example', name: 'Dziekanat WM', queueId: dziekanat.id, valid: true }))
  const [group] = (await groupsOfUnit(stage.db, wm)).filter((one) => one.own)
  await local((work) => setPersonRights(work, tomasz, new Map([[group!.id, ['ro', 'note']]])))
  await local((work) => setPersonRights(work, tomasz, new Map([[group!.id, ['rw']]])))
  await by((work) => addUnitAdministrator(work, chemistry, maria))
  await local((work) => optIn(work, chemistry))
  await local((work) => optOut(work, chemistry))
  await by<Id>((work) =>
    saveUnitRule(work, null, { sort: 1, kind: 'attribute', name: 'departmentNumber', value: 'j05', unitId: chemistry, valid: true }),
  )
  const rule = (await listUnitRules(stage.db))[0]!
  await by((work) =>
    saveUnitRule(work, rule.id, { sort: 2, kind: 'attribute', name: 'departmentNumber', value: 'j06', unitId: chemistry, valid: true }),
  )
  await by((work) =>
    saveUnitRule(work, null, { sort: 9, kind: 'mail-domain', name: '', value: 'student.example', unitId: wm, valid: true }),
  )
  await by((work) => placeEverybody(work))

  // ── the campus directory: who comes, who changes, who is gone; and one who logs in ──
  const campus = openDirectories(stage.config)[0]!
  const ldapHost = stage.kernel.hostOf(stage.kernel.plugins.find(({ name }) => name === 'ldap-auth')!)
  await synchronise(ldapHost, campus, { dry: false })
  const client = new Client({ url: stage.slapd.url })
  await client.bind(rootOf(SUFFIX), ROOT_PASSWORD)
  await client.modify(campusPerson(4).dn, [
    new Change({ operation: 'replace', modification: new Attribute({ type: 'telephoneNumber', values: ['+48 85 9999'] }) }),
  ])
  await client.del(campusPerson(7).dn)
  await client.unbind()
  stage.minutes(60)
  await synchronise(ldapHost, campus, { dry: false })

  // ── logging in, and not ──
  const student = stage.browser('192.0.2.40')
  await student.get('/login')
  expectStatus(await student.post('/login', { login: campusPerson(3).uid, password: campusPerson(3).password }), 303)
  await student.get('/')
  expectStatus(await student.post('/account/unit', { unit: wm }), 303)
  const jans = stage.browser('192.0.2.41')
  await jans.get('/login')
  expectStatus(await jans.post('/login', { login: 'jkowalski', password: PASSWORD }), 303)
  await jans.get('/account')
  expectStatus(
    await jans.post('/account/password', { current_password: PASSWORD, password: `${PASSWORD} 3`, password2: `${PASSWORD} 3` }),
    303,
  )
  await jans.get('/account')
  expectStatus(await jans.post('/logout'), 303)
  for (let n = 0; n < 12; n++) {
    const guesser = stage.browser('198.51.100.66')
    await guesser.get('/login')
    await guesser.post('/login', { login: 'jkowalski', password: `zgadywane ${n}` })
  }
  const nobody = stage.browser('198.51.100.67')
  await nobody.get('/login')
  await nobody.post('/login', { login: 'ktokolwiek', password: 'x' })
  expectStatus(await nobody.post('/login/link', { address: 'paulina.szpak@student.example' }), 200)

  // ── the second step: Ada's role demands it, Jan and Maria try it ──
  const adaBrowser = stage.browser('192.0.2.42')
  await adaBrowser.get('/login')
  expectStatus(await adaBrowser.post('/login', { login: 'anowak', password: PASSWORD }), 303)
  const setUp = async (browser: Browser, id: Id) => {
    await browser.get('/account/second-factor')
    expectStatus(await browser.post('/account/second-factor/begin'), 303)
    await browser.get('/account/second-factor')
    const secret = await secretToShow(stage.host, id)
    stage.minutes(1)
    const shown = await browser.post('/account/second-factor/confirm', { code: codeOf(secret!, stage.now) })
    expectStatus(shown, 200)
    return secret!
  }
  const secret = await setUp(adaBrowser, ada)
  stage.minutes(1)
  await adaBrowser.get('/account/second-factor')
  const shown = await adaBrowser.post('/account/second-factor/codes', { code: codeOf(secret, stage.now) })
  const codes = [...shown.text.matchAll(/<code>([a-z0-9-]{8,})<\/code>/gi)].map((match) => match[1]!)
  const marias = stage.browser('192.0.2.43')
  await marias.get('/login')
  expectStatus(await marias.post('/login', { login: 'mzajac', password: PASSWORD }), 303)
  const hers = await setUp(marias, maria)
  stage.minutes(1)
  await marias.get('/account/second-factor')
  expectStatus(await marias.post('/account/second-factor/end', { code: codeOf(hers, stage.now) }), 303)
  await setUp(marias, maria)
  await by((work) => resetSecondFactor(work, maria))
  // Ada from elsewhere: another session, ended from here.
  const elsewhere = stage.browser('192.0.2.44')
  await elsewhere.get('/login')
  expectStatus(await elsewhere.post('/login', { login: 'anowak', password: PASSWORD }), 303)
  stage.minutes(1)
  await elsewhere.get('/login/code')
  expectStatus(await elsewhere.post('/login/code', { code: codeOf(secret, stage.now) }), 303)
  await adaBrowser.get('/account')
  expectStatus(await adaBrowser.post('/account/sessions'), 303)

  // ── the knowledge base ──
  const item = (categoryId: Id, title: string, more: Partial<ItemForm> = {}): ItemForm => ({
    categoryId,
    language: 'pl',
    audience: 'public',
    title,
    keywords: 'hasło konto',
    contentType: 'markdown',
    symptom: 'Nie mogę się zalogować.',
    problem: '',
    solution: `**${title}**: otwórz stronę konta.`,
    comment: '',
    ...more,
  })
  const accounts = await by<Id>((work) =>
    saveCategory(work, '1', null, { name: 'Konta', nameEn: 'Accounts', parentId: null, position: 1, valid: true }),
  )
  await by((work) =>
    saveCategory(work, '1', accounts, {
      name: 'Konta i hasła',
      nameEn: 'Accounts and passwords',
      parentId: null,
      position: 1,
      valid: true,
    }),
  )
  const inside = await by<Id>((work) =>
    saveCategory(work, wm, null, { name: 'Dla studentów', nameEn: '', parentId: null, position: 1, valid: true }),
  )
  const entry = await by<Id>((work) => createItem(work, '1', item(accounts, 'Jak zmienić hasło'), true))
  await by((work) => changeItem(work, '1', entry, item(accounts, 'Jak zmienić hasło do konta', { keywords: 'hasło konto reset' }), true))
  await by((work) => changeItem(work, '1', entry, item(accounts, 'Jak zmienić hasło do konta uczelnianego'), false))
  await by((work) =>
    addFiles(work, entry, [
      { name: 'zrzut.txt', contentType: 'text/plain', content: Buffer.from('zrzut ekranu, opisany słowami\n') },
      { name: 'stary.txt', contentType: 'text/plain', content: Buffer.from('stary\n') },
    ]),
  )
  const kept = (await sql<{ id: Id }>`select id from faq_file where item_id = ${entry} and name = 'zrzut.txt'`.execute(stage.db)).rows[0]!
    .id
  await by((work) => keepFiles(work, entry, [kept]))
  await stage.as(paulina, (work) => vote(work, entry, paulina, 100))
  await stage.as(tomasz, (work) => vote(work, entry, tomasz, 25))
  const secretly = await by<Id>((work) =>
    createItem(
      work,
      wm,
      item(inside, 'Terminy praktyk', { audience: 'internal', contentType: 'html', solution: '<p>Do <b>30 czerwca</b>.</p>' }),
      false,
    ),
  )
  const latest = (await sql<{ id: Id }>`select latest_id as id from faq_item where id = ${secretly}`.execute(stage.db)).rows[0]!.id
  await by((work) => approveItem(work, secretly, latest))
  const withdrawn = await by<Id>((work) => createItem(work, '1', item(accounts, 'Nieaktualne'), true))
  await by((work) => setItemValid(work, withdrawn, false))

  await by((work) => askErasure(work, erased))
  await stage.quiet({ hurry: true })
  return {
    admin,
    ada,
    jan,
    maria,
    piotr,
    gone,
    paulina,
    tomasz,
    held,
    erased,
    wm,
    wmd,
    chemistry,
    siec,
    eduroam,
    poczta,
    dziekanat: dziekanat.id,
    archive,
    network,
    secret,
    codes,
    adaBrowser,
  }
}

export function expectStatus(answer: { status: number; text: string }, status: number): void {
  if (answer.status === status) return
  throw new Error(
    `a page answered ${answer.status}, not ${status}: ${answer.text
      .replace(/<style[\s\S]*?<\/style>|<script[\s\S]*?<\/script>|<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .slice(0, 600)}`,
  )
}
