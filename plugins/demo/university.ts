/** Owns the made-up university: its units, its queues with their addresses, and the groups that open them. */

export const UNIVERSITY = 'Politechnika Nadwiślańska'
export const DOMAIN = 'uni.example'

export interface DemoUnit {
  slug: string
  name: string
  nameEn: string
  parent: string
}

/** Central IT is the root of every installation (slug `it`); with these 39 there are 40 units. */
export const UNITS: readonly DemoUnit[] = [
  { slug: 'rektorat', name: 'Rektorat', nameEn: "Rector's Office", parent: 'it' },
  { slug: 'biuro-rektora', name: 'Biuro Rektora', nameEn: "Rector's Secretariat", parent: 'rektorat' },
  { slug: 'radcy-prawni', name: 'Zespół Radców Prawnych', nameEn: 'Legal Office', parent: 'rektorat' },
  { slug: 'kwestura', name: 'Kwestura', nameEn: "Bursar's Office", parent: 'it' },
  { slug: 'kadry', name: 'Dział Kadr i Płac', nameEn: 'Human Resources and Payroll', parent: 'it' },
  { slug: 'zamowienia', name: 'Dział Zamówień Publicznych', nameEn: 'Procurement', parent: 'it' },
  { slug: 'nauka', name: 'Dział Nauki i Projektów', nameEn: 'Research Office', parent: 'it' },
  { slug: 'ksztalcenie', name: 'Dział Kształcenia', nameEn: 'Teaching Office', parent: 'it' },
  { slug: 'wspolpraca', name: 'Biuro Współpracy Międzynarodowej', nameEn: 'International Office', parent: 'it' },
  { slug: 'promocja', name: 'Biuro Promocji', nameEn: 'Communications', parent: 'it' },
  { slug: 'administracja', name: 'Dział Administracyjno-Gospodarczy', nameEn: 'Facilities', parent: 'it' },
  { slug: 'archiwum', name: 'Archiwum', nameEn: 'Archive', parent: 'it' },
  { slug: 'biblioteka', name: 'Biblioteka Główna', nameEn: 'Main Library', parent: 'it' },
  { slug: 'wydawnictwo', name: 'Wydawnictwo', nameEn: 'Publishing House', parent: 'it' },
  { slug: 'ds', name: 'Domy Studenckie', nameEn: 'Halls of Residence', parent: 'it' },
  { slug: 'ds-akropol', name: 'DS „Akropol”', nameEn: 'Akropol Hall', parent: 'ds' },
  { slug: 'ds-mrowisko', name: 'DS „Mrowisko”', nameEn: 'Mrowisko Hall', parent: 'ds' },
  { slug: 'sjo', name: 'Studium Języków Obcych', nameEn: 'Language Centre', parent: 'it' },
  { slug: 'cs', name: 'Centrum Sportu', nameEn: 'Sports Centre', parent: 'it' },
  { slug: 'szkola-doktorska', name: 'Szkoła Doktorska', nameEn: 'Doctoral School', parent: 'it' },
  { slug: 'wm', name: 'Wydział Mechaniczny', nameEn: 'Faculty of Mechanical Engineering', parent: 'it' },
  { slug: 'wm-dziekanat', name: 'Dziekanat WM', nameEn: "Dean's Office, Mechanical Engineering", parent: 'wm' },
  { slug: 'wm-ikm', name: 'Instytut Konstrukcji Maszyn', nameEn: 'Institute of Machine Design', parent: 'wm' },
  { slug: 'wm-itm', name: 'Instytut Technologii Maszyn', nameEn: 'Institute of Manufacturing', parent: 'wm' },
  {
    slug: 'weii',
    name: 'Wydział Elektrotechniki i Informatyki',
    nameEn: 'Faculty of Electrical Engineering and Computer Science',
    parent: 'it',
  },
  { slug: 'weii-dziekanat', name: 'Dziekanat WEiI', nameEn: "Dean's Office, Electrical Engineering", parent: 'weii' },
  { slug: 'weii-ii', name: 'Instytut Informatyki', nameEn: 'Institute of Computer Science', parent: 'weii' },
  { slug: 'weii-ie', name: 'Instytut Elektrotechniki', nameEn: 'Institute of Electrical Engineering', parent: 'weii' },
  { slug: 'wb', name: 'Wydział Budownictwa', nameEn: 'Faculty of Civil Engineering', parent: 'it' },
  { slug: 'wb-dziekanat', name: 'Dziekanat WB', nameEn: "Dean's Office, Civil Engineering", parent: 'wb' },
  { slug: 'wb-kkb', name: 'Katedra Konstrukcji Budowlanych', nameEn: 'Department of Building Structures', parent: 'wb' },
  { slug: 'wch', name: 'Wydział Chemiczny', nameEn: 'Faculty of Chemistry', parent: 'it' },
  { slug: 'wch-dziekanat', name: 'Dziekanat WCh', nameEn: "Dean's Office, Chemistry", parent: 'wch' },
  { slug: 'wch-ich', name: 'Instytut Chemii', nameEn: 'Institute of Chemistry', parent: 'wch' },
  { slug: 'wz', name: 'Wydział Zarządzania', nameEn: 'Faculty of Management', parent: 'it' },
  { slug: 'wz-dziekanat', name: 'Dziekanat WZ', nameEn: "Dean's Office, Management", parent: 'wz' },
  { slug: 'wz-ke', name: 'Katedra Ekonomii', nameEn: 'Department of Economics', parent: 'wz' },
  { slug: 'wfm', name: 'Wydział Fizyki i Matematyki', nameEn: 'Faculty of Physics and Mathematics', parent: 'it' },
  { slug: 'wfm-im', name: 'Instytut Matematyki', nameEn: 'Institute of Mathematics', parent: 'wfm' },
]

export interface DemoQueue {
  name: string
  unit: string
  group: string
  /** Local part of the address that leads here and that its answers come from. */
  address?: string
  /** Name before the address. */
  sender?: string
  followUp?: 'possible' | 'reject' | 'new ticket'
}

const IT = 'Dział Informatyzacji'

/** Parents stand before their children. Each group opens the queues that name it. */
export const QUEUES: readonly DemoQueue[] = [
  { name: IT, unit: 'it', group: 'it', address: 'pomoc', sender: 'Pomoc – Dział Informatyzacji' },
  { name: `${IT}::Poczta`, unit: 'it', group: 'it-poczta', address: 'poczta', sender: 'Poczta uczelniana' },
  { name: `${IT}::Sieć i eduroam`, unit: 'it', group: 'it-siec', address: 'siec', sender: 'Sieć uczelniana' },
  { name: `${IT}::Konta`, unit: 'it', group: 'it-konta', address: 'konta', sender: 'Konta i hasła' },
  { name: `${IT}::Oprogramowanie`, unit: 'it', group: 'it-oprogramowanie', address: 'oprogramowanie', sender: 'Oprogramowanie' },
  { name: `${IT}::Sprzęt`, unit: 'it', group: 'it-sprzet' },
  { name: `${IT}::Strony WWW`, unit: 'it', group: 'it-www', address: 'webmaster', sender: 'Redakcja stron' },
  { name: 'HMS', unit: 'ksztalcenie', group: 'hms', address: 'hms', sender: 'Administratorzy HMS' },
  { name: 'WM', unit: 'wm', group: 'wm' },
  {
    name: 'WM::Dziekanat',
    unit: 'wm-dziekanat',
    group: 'wm-dziekanat',
    address: 'dziekanat.wm',
    sender: 'Dziekanat WM',
    followUp: 'new ticket',
  },
  { name: 'WM::HMS', unit: 'wm', group: 'wm-hms', address: 'hms.wm', sender: 'HMS – Wydział Mechaniczny' },
  { name: 'WM::Pracownie', unit: 'wm', group: 'wm' },
  { name: 'WEiI', unit: 'weii', group: 'weii' },
  { name: 'WEiI::HMS', unit: 'weii', group: 'weii-hms', address: 'hms.weii', sender: 'HMS – Wydział Elektrotechniki i Informatyki' },
  { name: 'WEiI::Laboratoria', unit: 'weii', group: 'weii', address: 'laboratoria.weii', sender: 'Laboratoria WEiI' },
  { name: 'WB', unit: 'wb', group: 'wb' },
  { name: 'WB::HMS', unit: 'wb', group: 'wb-hms', address: 'hms.wb', sender: 'HMS – Wydział Budownictwa' },
  { name: 'WZ', unit: 'wz', group: 'wz' },
  { name: 'WZ::HMS', unit: 'wz', group: 'wz-hms', address: 'hms.wz', sender: 'HMS – Wydział Zarządzania' },
  { name: 'Biblioteka', unit: 'biblioteka', group: 'biblioteka', address: 'pomoc.biblioteka', sender: 'Biblioteka Główna' },
  {
    name: 'Biblioteka::Zasoby elektroniczne',
    unit: 'biblioteka',
    group: 'biblioteka',
    address: 'e-zasoby',
    sender: 'Biblioteka – zasoby elektroniczne',
  },
  { name: 'Kwestura', unit: 'kwestura', group: 'kwestura', address: 'pomoc.kwestura', sender: 'Kwestura – pomoc', followUp: 'reject' },
  { name: 'Kadry', unit: 'kadry', group: 'kadry', address: 'pomoc.kadry', sender: 'Kadry – pomoc' },
  { name: 'Domy Studenckie', unit: 'ds', group: 'ds', address: 'akademiki', sender: 'Domy Studenckie' },
  { name: 'Domy Studenckie::Sieć w akademikach', unit: 'ds', group: 'ds', address: 'siec.ds', sender: 'Sieć w akademikach' },
]

/** Every group named by a queue, once. */
export const GROUPS: readonly string[] = [...new Set(QUEUES.map((queue) => queue.group))]

export const ROLES: Readonly<Record<string, { comment: string; rights: Readonly<Record<string, readonly string[]>> }>> = {
  'Dział Informatyzacji': {
    comment: 'Informatycy centralni: widzą wszystkie kolejki działu, w swoich mogą wszystko',
    rights: {
      users: ['rw'],
      it: ['rw'],
      'it-poczta': ['ro', 'note', 'create', 'move_into'],
      'it-siec': ['ro', 'note', 'create', 'move_into'],
      'it-konta': ['ro', 'note', 'create', 'move_into'],
      'it-oprogramowanie': ['ro', 'note', 'create', 'move_into'],
      'it-sprzet': ['ro', 'note', 'create', 'move_into'],
      'it-www': ['ro', 'note', 'create', 'move_into'],
    },
  },
  'Administratorzy HMS': {
    comment: 'Wspólna kolejka HMS; wydziałowe dostaje każdy osobno',
    rights: { hms: ['rw'], 'wm-hms': ['move_into'], 'weii-hms': ['move_into'], 'wb-hms': ['move_into'], 'wz-hms': ['move_into'] },
  },
  'Wszyscy agenci': {
    comment: 'Kto dostał nie swoje zgłoszenie, może je przenieść do Działu Informatyzacji albo HMS',
    rights: { it: ['move_into'], hms: ['move_into'] },
  },
}

/** Which HMS queue looks after the students and staff of a unit. */
export function hmsQueueOf(unit: string): string {
  const faculty = unit.split('-')[0]!
  return { wm: 'WM::HMS', weii: 'WEiI::HMS', wb: 'WB::HMS', wz: 'WZ::HMS' }[faculty] ?? 'HMS'
}
