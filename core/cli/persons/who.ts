/** Owns how commands name a person, and the acts that they do in nobody's name. */
import { BootError } from '../../machine/boot-error.ts'
import { Refusal } from '../../errors.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import { COMMAND_LINE_LANGUAGE } from '../../i18n/languages.ts'
import { system } from '../../kernel/actor.ts'
import type { Host } from '../../kernel/contract.ts'
import { runWork, type Work } from '../../kernel/work.ts'
import { findPerson, findPersonByAddress, findPersonByLogin, type Person } from '../../person/persons.ts'
import type { Room } from '../open.ts'

export const WHO = 'an address, a login, or the number from the address of their page'

export async function demandOne({ database: { db } }: Pick<Room, 'database'>, who: string): Promise<Person> {
  const found = (await findPersonByAddress(db, who)) ?? (await findPersonByLogin(db, who)) ?? (await findPerson(db, who))
  if (!found) throw new BootError(`There is no person “${who}”: give ${WHO}.`)
  return found
}

export const sayWho = ({ name, login, address }: Pick<Person, 'name' | 'login' | 'address'>): string =>
  `${name} (${[login && `login ${login}`, address].filter(Boolean).join(', ') || 'neither login nor address'})`

export const commandLine = system('command line')

/** What domain functions ask of a host, where they bring their own units of work. */
export const hostOf = ({ database: { db }, config }: Room): Pick<Host, 'db' | 'work'> => ({
  db,
  work: (actor, run) => runWork({ db, config, clock: () => new Date(), subscribers: () => [] }, actor, run),
})

/** One act of the command line, audited as such. A refusal ends the command with its words. */
export const act = <T>(room: Room, run: (work: Work) => Promise<T>): Promise<T> => inWords(() => hostOf(room).work(commandLine, run))

export async function inWords<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new BootError(coreTexts.in(COMMAND_LINE_LANGUAGE)(`error.${error.code}`, error.params))
  }
}
