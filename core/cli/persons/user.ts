/** Owns the commands for whoever is locked out, and for who locks up: accounts, passwords, one-time links, two-step login, its keys. */
import type { Command } from 'commander'
import { BootError } from '../../machine/boot-error.ts'
import { counted } from '../../machine/counted.ts'
import { keyFileOf, readKeyRing } from '../../machine/key-ring.ts'
import { ADMIN_GROUP, listAdministrators } from '../../permission/administrators.ts'
import { setPersonRights } from '../../permission/rights.ts'
import { addPerson, editPerson, setPasswordOf, type PersonForm } from '../../person/person-admin.ts'
import { handOutLink, LOGIN_LINK_MS, SET_PASSWORD_LINK_MS } from '../../person/login-links.ts'
import { findPerson, type Person } from '../../person/persons.ts'
import { resetSecondFactor, secondFactorOf } from '../../person/second-factor.ts'
import { addSecretKey, keysInUse, unreadableSecrets } from '../../person/secret/keys.ts'
import { sessionsOf } from '../../person/sessions.ts'
import { ROOT_UNIT } from '../../unit/tree.ts'
import { askNewPassword } from './ask.ts'
import { say, withDatabase, type Room } from '../open.ts'
import { act, commandLine, demandOne, hostOf, inWords, sayWho, WHO } from './who.ts'

export function userCommands(program: Command): void {
  const user = program
    .command('user')
    .argument('[who]', WHO)
    .description('who administers all of it; or one account, and what keeps it from logging in')
    .action((who?: string) => withDatabase({}, (room) => (who === undefined ? administrators(room) : account(room, who))))

  user
    .command('add')
    .argument('<login>', 'the name to log in with')
    .description('make an agent’s account')
    .option('--name <name>', 'as shown; otherwise the login')
    .option('--address <address>', 'the first mail address', '')
    .option('--admin', 'who administers all of it', false)
    .action((login: string, { name = '', address, admin }: { name?: string; address: string; admin: boolean }) =>
      withDatabase({}, async (room) => {
        const id = await act(room, async (work) => {
          const made = await addPerson(work, { ...NOBODY, login, name }, address)
          if (admin) await setPersonRights(work, made, new Map([[await adminGroup(room), ['rw']]]))
          return made
        })
        const person = (await findPerson(room.database.db, id))!
        say(`Added ${sayWho(person)}${admin ? ', who administers all of it' : ''}.`)
        say(`They set their password by a link: “npm run pomoc -- link ${login}”.`)
      }),
    )

  user
    .command('admin')
    .argument('<who>', WHO)
    .description('let somebody administer all of it, and switch the account on')
    .action((who: string) =>
      withDatabase({}, async (room) => {
        const person = await demandOne(room, who)
        await act(room, async (work) => {
          await editPerson(work, person.id, { ...formOf(person), agent: true, valid: true })
          await setPersonRights(work, person.id, new Map([[await adminGroup(room), ['rw']]]))
        })
        say(`${sayWho(person)} administers all of it.`)
      }),
    )

  for (const valid of [true, false]) {
    user
      .command(valid ? 'on' : 'off')
      .argument('<who>', WHO)
      .description(valid ? 'switch an account on again' : 'switch an account off; its sessions end')
      .action((who: string) =>
        withDatabase({}, async (room) => {
          const person = await demandOne(room, who)
          await act(room, (work) => editPerson(work, person.id, { ...formOf(person), valid }))
          say(`${sayWho(person)} is switched ${valid ? 'on' : 'off'}.`)
        }),
      )
  }

  program
    .command('password')
    .argument('<who>', WHO)
    .description('set a password, typed here or given on standard input; every session of theirs ends')
    .action((who: string) =>
      withDatabase({}, async (room) => {
        const person = await demandUsable(room, who)
        const password = await askNewPassword(sayWho(person))
        await inWords(() => setPasswordOf(hostOf(room), commandLine, person.id, password))
        say(`The password of ${sayWho(person)} is set, and their sessions have ended.`)
        await sayFactor(room, person)
      }),
    )

  program
    .command('link')
    .argument('<who>', WHO)
    .option('--login', 'which only logs in, once, within half an hour', false)
    .description('print a one-time link with which somebody sets a new password, within a day')
    .action((who: string, { login }: { login: boolean }) =>
      withDatabase({}, async (room) => {
        const person = await demandUsable(room, who)
        const url = await act(room, (work) => handOutLink(work, person.id, login ? 'login' : 'set-password'))
        say(
          login
            ? `This link logs ${sayWho(person)} in, once, within ${LOGIN_LINK_MS / 60_000} minutes:`
            : `With this link ${sayWho(person)} sets a password, once, within ${SET_PASSWORD_LINK_MS / 3600_000} hours:`,
        )
        say(url)
        await sayFactor(room, person)
      }),
    )

  program
    .command('factor-off')
    .argument('[who]', WHO)
    .option('--unreadable', 'of all whose secret no key opens', false)
    .description('switch two-step login off for somebody who has lost app and recovery codes; their sessions end')
    .action((who: string | undefined, { unreadable }: { unreadable: boolean }) =>
      withDatabase({}, async (room) => {
        if ((who === undefined) !== unreadable) throw new BootError(`Say for whom: ${WHO}, or --unreadable.`)
        const persons = who === undefined ? await unreadableOnes(room) : [await demandOne(room, who)]
        for (const person of persons) {
          if ((await secondFactorOf(room.database.db, person.id)).state === 'none' && !unreadable)
            throw new BootError(`${sayWho(person)} has no two-step login: nothing to switch off.`)
          await act(room, (work) => resetSecondFactor(work, person.id))
          say(`Two-step login of ${sayWho(person)} is off.`)
        }
        if (persons.length === 0) say('Every secret of two-step login opens.')
      }),
    )

  const key = program
    .command('secret-key')
    .description('which keys seal the secrets of two-step login')
    .action(() =>
      withDatabase({}, async ({ config, database: { db } }) => {
        const { keys, inClear } = await keysInUse(db, await readKeyRing(keyFileOf(config)))
        for (const { number, fingerprint, secrets, there } of keys)
          say(`key ${number}  ${fingerprint}  ${counted(secrets, 'secret')}  ${there ? 'in' : 'NOT in'} ${keyFileOf(config)}`)
        if (inClear > 0) say(`${counted(inClear, 'secret')} in clear until the next minute in which pomoc runs.`)
        if (keys.length === 0) say('No key is in use yet.')
      }),
    )

  key
    .command('new')
    .description('add a key and seal with it whatever opens; the keys before stay in the file')
    .action(() =>
      withDatabase({}, async (room) => {
        const { number, fingerprint, sealed, unreadable } = await act(room, addSecretKey)
        say(`Key ${number} (fingerprint ${fingerprint}) is in ${keyFileOf(room.config)}, with ${counted(sealed, 'secret')} sealed.`)
        say('Bring this file to every machine that runs pomoc on this database, and keep a copy apart from the backups.')
        if (unreadable > 0)
          say(`No key opens ${counted(unreadable, 'secret')}: bring theirs back, or “npm run pomoc -- factor-off --unreadable”.`)
      }),
    )
}

const NOBODY: PersonForm = {
  login: '',
  firstName: '',
  lastName: '',
  name: '',
  language: null,
  phone: '',
  unitId: ROOT_UNIT,
  agent: true,
  valid: true,
}

const formOf = ({ login, firstName, lastName, name, language, phone, unitId, agent, valid }: Person): PersonForm => ({
  login: login ?? '',
  firstName,
  lastName,
  name,
  language,
  phone,
  unitId,
  agent,
  valid,
})

async function adminGroup({ database: { db } }: Room): Promise<string> {
  return (await db.selectFrom('permission_group').select('id').where('name', '=', ADMIN_GROUP).executeTakeFirstOrThrow()).id
}

async function demandUsable(room: Room, who: string): Promise<Person> {
  const person = await demandOne(room, who)
  if (!person.valid) throw new BootError(`${sayWho(person)} is switched off: “npm run pomoc -- user on ${who}” first.`)
  return person
}

async function unreadableOnes({ database: { db }, config }: Room): Promise<Person[]> {
  const persons: Person[] = []
  for (const id of await unreadableSecrets(db, config)) persons.push((await findPerson(db, id))!)
  return persons
}

async function administrators(room: Room): Promise<void> {
  for (const id of await listAdministrators(room.database.db)) {
    const person = (await findPerson(room.database.db, id))!
    say(`${sayWho(person)}  ${await sayState(room, person)}`)
  }
}

async function account(room: Room, who: string): Promise<void> {
  const { db } = room.database
  const person = await demandOne(room, who)
  const administers = (await listAdministrators(db)).includes(person.id)
  say(sayWho(person))
  say(`  ${[administers ? 'administers all of it' : person.agent ? 'agent' : 'customer', person.unitName].filter(Boolean).join(', ')}`)
  say(`  ${await sayState(room, person)}`)
  const sessions = await sessionsOf(db, person.id, new Date(), room.config.sessions)
  say(
    `  ${sessions.length === 0 ? 'not logged in anywhere' : `logged in in ${counted(sessions.length, 'browser')}`}; last login ${person.lastLoginAt?.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC') ?? 'never'}`,
  )
}

async function sayState({ database: { db } }: Room, person: Person): Promise<string> {
  const factor = await secondFactorOf(db, person.id)
  return [
    person.valid ? 'in use' : 'switched off',
    person.hasPassword ? 'has a password' : person.source === 'ldap' ? 'logs in through the directory' : 'has no password',
    factor.state === 'on' ? `two-step login, ${counted(factor.codesLeft, 'recovery code')} left` : 'no two-step login',
  ].join('; ')
}

/** A password alone opens nothing where a code is asked for as well. */
async function sayFactor({ database: { db } }: Room, person: Person): Promise<void> {
  if ((await secondFactorOf(db, person.id)).state === 'on')
    say(`A code is asked for as well; where app and recovery codes are lost: “npm run pomoc -- factor-off ${person.login ?? person.id}”.`)
}
