/** Owns the made-up people: twelve agents with what they may, sixty customers. */
import { plainWord } from '../../core/index.ts'
import { DOMAIN } from './university.ts'

export interface DemoPerson {
  login: string
  firstName: string
  lastName: string
  /** Decides Polish verb endings and nothing else. */
  woman: boolean
  address: string
  unit: string
  phone: string
  kind: 'agent' | 'staff' | 'student' | 'stranger'
  language: 'pl' | 'en'
}

export interface DemoAgent extends DemoPerson {
  kind: 'agent'
  roles: readonly string[]
  /** Groups in which this agent may do everything. */
  groups: readonly string[]
}

/** One password for everybody: this is a demonstration on 127.0.0.1. */
export const PASSWORD = 'demo-pomoc-2026'

export const AGENTS: readonly DemoAgent[] = [
  agent(
    'Anna',
    'Kowalska',
    'it',
    ['Dział Informatyzacji', 'Administratorzy HMS'],
    ['admin', 'it-poczta', 'it-siec', 'it-konta', 'it-oprogramowanie', 'it-sprzet', 'it-www'],
  ),
  agent('Piotr', 'Zieliński', 'it', ['Dział Informatyzacji'], ['it-poczta', 'it-konta']),
  agent('Marek', 'Wójcik', 'it', ['Dział Informatyzacji'], ['it-siec']),
  agent('Joanna', 'Lewandowska', 'it', ['Dział Informatyzacji'], ['it-konta', 'it-oprogramowanie']),
  agent('Tomasz', 'Kamiński', 'it', ['Dział Informatyzacji'], ['it-sprzet', 'it-www', 'it-oprogramowanie']),
  agent('Katarzyna', 'Dąbrowska', 'wm', ['Administratorzy HMS'], ['wm', 'wm-hms']),
  agent('Michał', 'Szymański', 'weii', ['Administratorzy HMS'], ['weii', 'weii-hms']),
  agent('Ewa', 'Woźniak', 'wm-dziekanat', [], ['wm-dziekanat']),
  agent('Robert', 'Kozłowski', 'wb', ['Administratorzy HMS'], ['wb', 'wb-hms', 'wz', 'wz-hms']),
  agent('Magdalena', 'Jankowska', 'biblioteka', [], ['biblioteka']),
  agent('Grzegorz', 'Mazur', 'ds', [], ['ds']),
  agent('Beata', 'Krawczyk', 'kwestura', [], ['kwestura', 'kadry']),
]

const STAFF: readonly [string, string, string][] = [
  ['Jan', 'Nowak', 'wm-ikm'],
  ['Maria', 'Wiśniewska', 'wm-dziekanat'],
  ['Krzysztof', 'Kaczmarek', 'wm-itm'],
  ['Agnieszka', 'Piotrowska', 'weii-dziekanat'],
  ['Andrzej', 'Grabowski', 'weii-ie'],
  ['Barbara', 'Pawłowska', 'kwestura'],
  ['Paweł', 'Michalski', 'weii-ii'],
  ['Małgorzata', 'Król', 'kadry'],
  ['Stanisław', 'Wieczorek', 'wb-kkb'],
  ['Elżbieta', 'Jabłońska', 'rektorat'],
  ['Marcin', 'Wróbel', 'wb'],
  ['Monika', 'Nowakowska', 'promocja'],
  ['Jerzy', 'Majewski', 'wch-ich'],
  ['Danuta', 'Olszewska', 'archiwum'],
  ['Tadeusz', 'Stępień', 'wfm-im'],
  ['Aleksandra', 'Malinowska', 'wspolpraca'],
  ['Ryszard', 'Jaworski', 'administracja'],
  ['Iwona', 'Adamczyk', 'wch-dziekanat'],
  ['Dariusz', 'Nowicki', 'wz-ke'],
  ['Zofia', 'Dudek', 'biblioteka'],
  ['Henryk', 'Pawlak', 'wfm'],
  ['Renata', 'Górska', 'wz-dziekanat'],
  ['Mariusz', 'Witkowski', 'nauka'],
  ['Dorota', 'Walczak', 'zamowienia'],
  ['Teresa', 'Zalewska', 'ksztalcenie'],
  ['Justyna', 'Baran', 'szkola-doktorska'],
  ['Jacek', 'Rutkowski', 'cs'],
  ['Halina', 'Szewczyk', 'sjo'],
]

const STUDENTS: readonly [string, string, string][] = [
  ['Jakub', 'Wilk', 'weii'],
  ['Zuzanna', 'Lis', 'wm'],
  ['Szymon', 'Czarnecki', 'wb'],
  ['Julia', 'Sobczak', 'wz'],
  ['Filip', 'Kubiak', 'weii'],
  ['Maja', 'Maciejewska', 'wch'],
  ['Kacper', 'Szczepański', 'wm'],
  ['Lena', 'Kucharska', 'wfm'],
  ['Mikołaj', 'Kalinowski', 'weii'],
  ['Oliwia', 'Mazurek', 'wz'],
  ['Adam', 'Wysocki', 'wb'],
  ['Hanna', 'Borkowska', 'wm'],
  ['Igor', 'Chmielewski', 'weii'],
  ['Amelia', 'Sokołowska', 'wch'],
  ['Bartosz', 'Urbański', 'wm'],
  ['Wiktoria', 'Sawicka', 'wz'],
  ['Dawid', 'Przybylski', 'weii'],
  ['Natalia', 'Błaszczyk', 'wb'],
  ['Patryk', 'Krajewski', 'wm'],
  ['Emilia', 'Laskowska', 'wfm'],
  ['Łukasz', 'Ziółkowski', 'weii'],
  ['Aleksandra', 'Gajewska', 'wz'],
  ['Maciej', 'Mróz', 'wb'],
  ['Oleksandr', 'Kovalenko', 'weii'],
  ['Sofia', 'Marchetti', 'wb'],
]

/** Guests who read English. */
const GUESTS: readonly [string, string, string][] = [
  ['Priya', 'Raman', 'wm'],
  ['Lukas', 'Brandt', 'weii'],
  ['Emeka', 'Okafor', 'wz'],
]

/** Strangers known by their mail alone: they have no password and log in by a link. */
const STRANGERS: readonly [string, string, string][] = [
  ['Weronika', 'Sadowska', 'weronika.sadowska@poczta.example'],
  ['Tonery', 'Hurt', 'oferty@tonery-hurt.example'],
  ['Miriam', 'Bosch', 'm.bosch@partner.example'],
  ['Bogdan', 'Cichy', 'bogdan.cichy@poczta.example'],
]

export const CUSTOMERS: readonly DemoPerson[] = [
  ...STAFF.map(([first, last, unit], i): DemoPerson => ({ ...person(first, last, unit, 'staff'), phone: `wewn. ${2101 + i * 7}` })),
  ...[...STUDENTS, ...GUESTS].map(([first, last, unit], i): DemoPerson => {
    const login = `s${214_503 + i * 137}`
    return {
      ...person(first, last, unit, 'student'),
      login,
      address: `${login}@${DOMAIN}`,
      language: GUESTS.some(([, guest]) => guest === last) || last === 'Marchetti' ? 'en' : 'pl',
    }
  }),
  ...STRANGERS.map(
    ([first, last, address]): DemoPerson => ({
      ...person(first, last, 'it', 'stranger'),
      login: '',
      address,
      language: last === 'Bosch' ? 'en' : 'pl',
    }),
  ),
]

export const fullName = (who: Pick<DemoPerson, 'firstName' | 'lastName'>): string => `${who.firstName} ${who.lastName}`

function person(firstName: string, lastName: string, unit: string, kind: DemoPerson['kind']): DemoPerson {
  return {
    firstName,
    lastName,
    unit,
    kind,
    woman: firstName.endsWith('a') || firstName === 'Priya',
    language: 'pl',
    phone: '',
    login: plainWord(`${firstName[0]!}${lastName}`),
    address: `${plainWord(firstName)}.${plainWord(lastName)}@${DOMAIN}`,
  }
}

function agent(firstName: string, lastName: string, unit: string, roles: string[], groups: string[]): DemoAgent {
  return { ...person(firstName, lastName, unit, 'agent'), kind: 'agent', roles: [...roles, 'Wszyscy agenci'], groups, phone: 'wewn. 1100' }
}
