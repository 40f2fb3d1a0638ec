/** Owns what the made-up university has for its tickets to be about: types, services with their SLAs, companies, fields. Words only. */

const IT = 'Dział Informatyzacji'

/** Working minutes, each with the per cent of it from which it is told of. */
export interface Deadlines {
  first_response_minutes: number | null
  first_response_notify: number | null
  update_minutes: number | null
  update_notify: number | null
  solution_minutes: number | null
  solution_notify: number | null
}
const within = (response: number | null, update: number | null, solution: number | null): Deadlines => ({
  first_response_minutes: response,
  first_response_notify: response && 80,
  update_minutes: update,
  update_notify: update && 90,
  solution_minutes: solution,
  solution_notify: solution && 80,
})
export const NO_DEADLINES = within(null, null, null)

/** A day of work has 480 minutes. */
export const QUEUE_DEADLINES: Readonly<Record<string, Deadlines>> = {
  [IT]: within(240, 960, 2400),
  [`${IT}::Poczta`]: within(240, 960, 2400),
  [`${IT}::Sieć i eduroam`]: within(120, 480, 1440),
  [`${IT}::Konta`]: within(120, 480, 960),
  [`${IT}::Oprogramowanie`]: within(480, 1440, 4800),
  [`${IT}::Sprzęt`]: within(480, 960, 4800),
  HMS: within(480, 960, 2400),
  'WM::HMS': within(480, 960, 2400),
  'WM::Dziekanat': within(960, null, 6720),
  'Domy Studenckie::Sieć w akademikach': within(240, 960, 1920),
}
/** Who works there is asked for the time it took. */
export const ASK_TIME: Readonly<Record<string, 'optional' | 'required'>> = {
  [`${IT}::Sprzęt`]: 'required',
  [`${IT}::Oprogramowanie`]: 'optional',
  [`${IT}::Strony WWW`]: 'optional',
}

/** Which one a ticket is of, by its title; the first that fits. */
export const TYPES: readonly { name: string; fits: RegExp }[] = [
  { name: 'Awaria', fits: /awaria|nie działa|brak |nie mogę|zawiesza|nie wyświetla|przestał|błąd|not work|cannot/i },
  { name: 'Incydent bezpieczeństwa', fits: /pilne|phishing|kliknąłem|wirus|podejrzan/i },
  { name: 'Wniosek', fits: /prośba|proszę|instalacja|nowy|nowa|zmiana|dostęp|licencj|przekierowanie|request/i },
  { name: 'Pytanie', fits: /\?|jak |kto |czy |gdzie /i },
]

export const SLAS: readonly { name: string; comment: string; deadlines: Deadlines }[] = [
  { name: 'Standard', comment: 'Obsługa zwykła: odpowiedź tego samego dnia', deadlines: within(480, 960, 2400) },
  { name: 'Zajęcia', comment: 'Sale i pracownie w czasie zajęć', deadlines: within(60, 240, 480) },
  { name: 'Usługi krytyczne', comment: 'Sieć szkieletowa, logowanie, poczta', deadlines: within(30, 120, 480) },
  { name: 'Wnioski', comment: 'Nowe konta, licencje, zakupy', deadlines: within(960, 2400, 9600) },
]

/** Levels are divided by '::', each stands after the one above it. `of`: tickets of which queue have it. */
export const SERVICES: readonly { name: string; unit?: string; slas: readonly string[]; of?: string; for?: 'some' }[] = [
  { name: 'Poczta', slas: ['Standard', 'Usługi krytyczne'] },
  { name: 'Poczta::Skrzynki pracowników', slas: ['Standard', 'Wnioski'], of: `${IT}::Poczta` },
  { name: 'Poczta::Listy wysyłkowe', slas: ['Standard', 'Wnioski'] },
  { name: 'Sieć', slas: ['Standard', 'Usługi krytyczne'] },
  { name: 'Sieć::eduroam', slas: ['Standard', 'Zajęcia'], of: `${IT}::Sieć i eduroam` },
  { name: 'Sieć::Serwerownia', slas: ['Usługi krytyczne'], for: 'some' },
  { name: 'Konta i logowanie', slas: ['Standard', 'Usługi krytyczne'], of: `${IT}::Konta` },
  { name: 'Oprogramowanie', slas: ['Standard', 'Wnioski'], of: `${IT}::Oprogramowanie` },
  { name: 'Sprzęt i sale', slas: ['Standard', 'Zajęcia'], of: `${IT}::Sprzęt` },
  { name: 'Strony WWW', slas: ['Standard', 'Wnioski'], of: `${IT}::Strony WWW` },
  { name: 'HMS', unit: 'ksztalcenie', slas: ['Standard'], of: 'HMS' },
]

/** `of`: whose people belong to it, by their kind or the end of their address. */
export const COMPANIES: readonly {
  code: string
  name: string
  address: Record<string, string>
  url: string
  comment: string
  of: string
}[] = [
  {
    code: 'PN',
    name: 'Politechnika Nadwiślańska',
    address: { street: 'ul. Akademicka 7', zip: '00-900', city: 'Nadwiśle', country: 'Polska' },
    url: 'https://uni.example/',
    comment: 'Pracownicy i doktoranci',
    of: 'staff',
  },
  {
    code: 'TONERY',
    name: 'Tonery Hurt sp. z o.o.',
    address: { street: 'ul. Składowa 15', zip: '00-950', city: 'Nadwiśle', country: 'Polska' },
    url: 'https://tonery-hurt.example/',
    comment: 'Dostawca materiałów do drukarek, umowa do końca roku',
    of: '@tonery-hurt.example',
  },
  {
    code: 'PARTNER',
    name: 'Partner Engineering GmbH',
    address: { street: 'Werkstraße 3', zip: '01067', city: 'Dresden', country: 'Niemcy' },
    url: 'https://partner.example/',
    comment: 'Projekt AquaSens',
    of: '@partner.example',
  },
  {
    code: 'INKUBATOR',
    name: 'Nadwiślański Inkubator Technologiczny sp. z o.o.',
    address: { street: 'ul. Akademicka 9', zip: '00-900', city: 'Nadwiśle', country: 'Polska' },
    url: 'https://inkubator.example/',
    comment: 'Spółka uczelni; kilku pracowników pracuje też tam',
    of: '',
  },
]

/** What the installation keeps of a field's values, as OTRS writes it. */
export interface DemoField {
  name: string
  label: string
  labelEn: string
  type: 'Text' | 'TextArea' | 'Checkbox' | 'Dropdown' | 'Multiselect' | 'Date' | 'DateTime'
  unit?: string
  config: Record<string, unknown>
  /** In tickets of these queues and those below. */
  queues: readonly string[]
  /** Which forms ask for it there. */
  asked: Readonly<Record<string, 'required' | 'optional'>>
  /** What people write: texts, keys of possible values, or so many days from the day the ticket came. */
  values: readonly (string | number | readonly string[])[]
}

const YEARS = { YearsPeriod: '1', YearsInFuture: '2', YearsInPast: '1', DefaultValue: '0' }
export const FIELDS: readonly DemoField[] = [
  {
    name: 'Building',
    label: 'Budynek',
    labelEn: 'Building',
    type: 'Dropdown',
    config: {
      PossibleValues: {
        A: 'A – Rektorat',
        B: 'B – Wydział Budownictwa',
        C: 'C – Wydział Mechaniczny',
        D: 'D – Biblioteka',
        E: 'E – Laboratoria',
      },
      PossibleNone: '1',
      TranslatableValues: '0',
      TreeView: '0',
      DefaultValue: '',
    },
    queues: [`${IT}::Sprzęt`, `${IT}::Sieć i eduroam`],
    asked: { portal: 'optional', new: 'optional' },
    values: ['A', 'B', 'C', 'C', 'D', 'E'],
  },
  {
    name: 'Room',
    label: 'Sala albo pokój',
    labelEn: 'Room',
    type: 'Text',
    config: { DefaultValue: '', Link: '', RegExList: [{ Value: '^[A-E]?\\d{1,3}[a-z]?$', ErrorMessage: 'Numer sali, na przykład C112.' }] },
    queues: [`${IT}::Sprzęt`, `${IT}::Sieć i eduroam`],
    asked: { portal: 'optional', new: 'optional' },
    values: ['A2', 'C112', 'B016', 'D3', 'E204', 'C7'],
  },
  {
    name: 'InventoryNumber',
    label: 'Numer inwentarzowy',
    labelEn: 'Inventory number',
    type: 'Text',
    config: { DefaultValue: '', Link: '', RegExList: [{ Value: '^\\d{3}-\\d{2}-\\d{4}$', ErrorMessage: 'Jak na naklejce: 803-10-0412.' }] },
    queues: [`${IT}::Sprzęt`],
    asked: { new: 'optional', close: 'required' },
    values: ['803-10-0412', '803-11-0077', '491-09-1203', '803-10-0981', '662-12-0034'],
  },
  {
    name: 'Diagnosis',
    label: 'Ustalenia serwisu',
    labelEn: 'Findings',
    type: 'TextArea',
    config: { DefaultValue: '', Rows: '5', Cols: '60' },
    queues: [`${IT}::Sprzęt`],
    asked: { note: 'optional', close: 'optional' },
    values: [
      'Zasilacz do wymiany.\nZamówiony u dostawcy, czeka na fakturę.',
      'Lampa rzutnika przepracowała 3200 h.\nWymieniona na nową.',
      'Dysk zgłasza błędy odczytu.\nDane skopiowane, dysk wymieniony na gwarancji.',
    ],
  },
  {
    name: 'OnSite',
    label: 'Wizyta na miejscu',
    labelEn: 'Visit on site',
    type: 'Checkbox',
    config: { DefaultValue: '0' },
    queues: [`${IT}::Sprzęt`, `${IT}::Sieć i eduroam`],
    asked: { note: 'optional', close: 'optional' },
    values: ['1', '1', '0'],
  },
  {
    name: 'VisitAt',
    label: 'Termin wizyty',
    labelEn: 'Visit at',
    type: 'DateTime',
    config: { ...YEARS, DefaultValue: '86400' },
    queues: [`${IT}::Sprzęt`],
    asked: { pend: 'optional' },
    values: [1, 2, 4],
  },
  {
    name: 'Systems',
    label: 'Systemy',
    labelEn: 'Systems',
    type: 'Multiselect',
    config: {
      PossibleValues: { win: 'Windows', mac: 'macOS', linux: 'Linux', android: 'Android', ios: 'iOS' },
      PossibleNone: '1',
      TranslatableValues: '0',
      TreeView: '0',
      DefaultValue: '',
    },
    queues: [`${IT}::Oprogramowanie`, `${IT}::Sieć i eduroam`],
    asked: { portal: 'optional', new: 'optional' },
    values: [['win'], ['mac'], ['win', 'linux'], ['android', 'win'], ['ios', 'mac']],
  },
  {
    name: 'NeededBy',
    label: 'Potrzebne do',
    labelEn: 'Needed by',
    type: 'Date',
    config: YEARS,
    queues: [`${IT}::Oprogramowanie`],
    asked: { portal: 'optional', new: 'optional' },
    values: [7, 14, 21, 30],
  },
  {
    name: 'AlbumNumber',
    label: 'Numer albumu',
    labelEn: 'Student number',
    type: 'Text',
    unit: 'ksztalcenie',
    config: { DefaultValue: '', Link: '', RegExList: [{ Value: '^\\d{6}$', ErrorMessage: 'Sześć cyfr, jak na legitymacji.' }] },
    queues: ['HMS'],
    asked: { new: 'optional', note: 'optional' },
    values: ['214503', '214640', '214777', '214914'],
  },
]
