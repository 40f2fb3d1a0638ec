/** Owns what the operator says of directories in the configuration: its shape, its checks, what holds where nothing is said. */
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FilterParser } from 'ldapts'
import { z } from 'zod'
import { BootError, reasonOf, type Config } from '../../core/index.ts'
import { partsOf } from './names.ts'

const words = z.string().trim().min(1)
const list = z.union([words, z.array(words)]).transform((value) => (Array.isArray(value) ? value : [value]))
const FILTER = 'a filter in brackets, such as (objectClass=person)'
const filter = words.refine(isFilter, { error: FILTER })
const server = z.url({ protocol: /^ldaps?$/, error: 'an address such as ldaps://ldap.example.edu' })

const condition = { group: list.optional(), attribute: words.optional(), is: list.optional(), below: list.optional() }
const looks = (one: Condition): boolean => Boolean(one.group || one.attribute || one.below)
const LOOKS = { error: 'a group, an attribute or a place (below) that the rule looks at' }
const isWhole = (one: Condition): boolean => !one.attribute === !one.is
const WHOLE = { error: 'both attribute and is, or neither', path: ['is'] }
const rule = z
  .strictObject({ ...condition, agent: z.boolean().default(false), roles: z.array(words).default([]) })
  .refine(looks, LOOKS)
  .refine(isWhole, WHOLE)
const preference = z.strictObject(condition).refine(looks, LOOKS).refine(isWhole, WHOLE)

const unit = z.strictObject({
  attribute: words.optional(),
  /** Without an attribute: the unit is the `ou` right below this place. */
  under: words.optional(),
  /** Value → slug of a unit. */
  units: z.record(z.string(), words).default({}),
  /** Value → name of a unit that is made. */
  names: z.record(z.string(), words).default({}),
  create: z.boolean().default(false),
  below: words.optional(),
})

const directory = z.strictObject({
  name: words.regex(/^[\w.-]{1,40}$/, { error: 'a short name of letters, digits and dashes' }),
  kind: z.enum(['openldap', 'active-directory'], { error: 'openldap or active-directory' }),
  servers: z.array(server).min(1, { error: 'one address at least' }),
  /** For ldap://: 'starttls' unless said otherwise. */
  encryption: z.enum(['starttls', 'none'], { error: 'starttls or none' }).default('starttls'),
  ca: words.optional(),
  serverName: words.optional(),
  /** Names of the domain that stand before the login, as in UNI\\jlach. */
  domain: list.optional(),
  timeoutSeconds: z.number().min(0.1).max(60).default(5),
  bind: z.union(
    [
      z
        .strictObject({ dn: words, passwordFile: words.optional(), passwordVariable: words.regex(/^[A-Z][A-Z0-9_]*$/).optional() })
        .refine((one) => !one.passwordFile !== !one.passwordVariable, { error: 'either passwordFile or passwordVariable' }),
      z.strictObject({
        as: words.regex(/\{login\}/, { error: 'a name with {login} in it, such as uid={login},ou=people,dc=example,dc=edu' }),
      }),
    ],
    { error: "either { dn, passwordFile } of a service account, or { as: 'uid={login},…' }" },
  ),
  people: z.strictObject({ base: list, filter: filter.optional(), disabled: filter.optional() }),
  attributes: z
    .strictObject({
      id: words,
      login: words,
      alsoLogin: list,
      firstName: words,
      lastName: words,
      name: words,
      mail: list,
      aliases: list,
      phone: words,
      language: words,
      ends: words,
      keep: list,
    })
    .partial()
    .default({}),
  groups: z
    .strictObject({
      /** 'member': groups that list the person; 'memberOf': the person lists its groups; 'chain': Active Directory follows nested ones itself. */
      by: z.enum(['member', 'memberOf', 'chain'], { error: 'member, memberOf or chain' }),
      base: list,
      filter: filter.optional(),
      member: words.optional(),
      memberOf: words.optional(),
      nested: z.boolean().default(true),
    })
    .partial({ by: true })
    .optional(),
  rules: z.array(rule).default([]),
  /** Whose of two accounts an address is that both list: the first of these that holds. */
  prefer: z.array(preference).default([]),
  /** Directories before this one whose persons these are too, by their login. */
  sameAs: list.optional(),
  unit: unit.optional(),
  sync: z
    .strictObject({
      /** More than this many percent of all, and more than ten, to be switched off at once, or to lose hats and roles: nobody does. */
      brakePercent: z.number().min(0).max(100).default(5),
      pageSize: z.number().int().min(10).max(1000).default(500),
    })
    .default({ brakePercent: 5, pageSize: 500 }),
  /** Whether the senders of mails are looked up. */
  mails: z.boolean().default(true),
})
const optionsSchema = z.strictObject({
  directories: z.array(directory, { error: 'a list of directories' }).min(1, { error: 'one directory at least' }),
})

type Given = z.output<typeof directory>
/** What a rule asks for; of each list one is enough. */
export interface Condition {
  group?: string[] | undefined
  attribute?: string | undefined
  is?: string[] | undefined
  below?: string[] | undefined
}
export type Rule = z.output<typeof rule>
export type UnitRule = z.output<typeof unit>
export interface Directory extends Omit<Given, 'people' | 'attributes' | 'groups' | 'domain' | 'sameAs'> {
  people: { base: string[]; filter: string; disabled: string | undefined }
  attributes: {
    id: string
    login: string
    alsoLogin: string[]
    firstName: string
    lastName: string
    name: string
    mail: string[]
    aliases: string[]
    phone: string
    language: string
    /** When the account ends: a FILETIME, a generalized time, or days since 1970. */
    ends: string | undefined
    keep: string[]
  }
  domain: string[]
  sameAs: string[]
  groups:
    | { by: 'member' | 'memberOf' | 'chain'; base: string[]; filter: string; member: string; memberOf: string; nested: boolean }
    | undefined
  /** The authority's certificate, in PEM. */
  caPem: string | undefined
  /** The service account, if there is one; its password is read anew each time, so that it may be changed in its file. */
  service: { dn: string; password(): string /** Another when the file was written again. */; stamp(): string } | undefined
  /** Whom a person binds as where there is no service account. */
  bindAs: string | undefined
}

const DEFAULTS = {
  openldap: {
    filter: '(objectClass=inetOrgPerson)',
    disabled: '(pwdAccountLockedTime=000001010000Z)',
    groupFilter: '(objectClass=groupOfNames)',
    by: 'member' as const,
    attributes: {
      id: 'entryUUID',
      login: 'uid',
      alsoLogin: [] as string[],
      firstName: 'givenName',
      lastName: 'sn',
      name: 'cn',
      mail: ['mail'],
      aliases: ['mailLocalAddress', 'mailAlternateAddress'],
      phone: 'telephoneNumber',
      language: 'preferredLanguage',
      ends: undefined,
      keep: [] as string[],
    },
  },
  'active-directory': {
    // Computers are users too, and of another category. Nothing is negated: what a server does not know or show is then nobody's fault.
    filter: '(&(objectCategory=person)(objectClass=user))',
    disabled: '(userAccountControl:1.2.840.113556.1.4.803:=2)',
    groupFilter: '(objectClass=group)',
    by: 'chain' as const,
    attributes: {
      id: 'objectGUID',
      login: 'sAMAccountName',
      alsoLogin: ['userPrincipalName'],
      firstName: 'givenName',
      lastName: 'sn',
      name: 'displayName',
      mail: ['mail'],
      aliases: ['proxyAddresses'],
      phone: 'telephoneNumber',
      language: 'preferredLanguage',
      ends: 'accountExpires',
      keep: [] as string[],
    },
  },
}

const read = new WeakMap<Config, Directory[]>()

/** The directories in their order. Throws a `BootError` with a sentence for the operator, one for each fault. */
export function directoriesOf(config: Config): Directory[] {
  let all = read.get(config)
  if (!all) read.set(config, (all = readOptions(config)))
  return all
}

function readOptions(config: Config): Directory[] {
  const parsed = optionsSchema.safeParse(config.pluginOptions['ldap-auth'] ?? {})
  if (!parsed.success) throw faulty(parsed.error.issues.map(sayIssue))
  const { directories } = parsed.data
  const names = directories.map(({ name }) => name)
  const faults: string[] = []
  for (const twice of new Set(names.filter((name, i) => names.indexOf(name) !== i)))
    faults.push(`Two directories in pluginOptions.ldap-auth are called “${twice}”: give each a name of its own.`)
  for (const { name, sameAs = [] } of directories) {
    for (const other of sameAs.filter((one) => !names.slice(0, names.indexOf(name)).includes(one)))
      faults.push(
        `The directory “${name}” in pluginOptions.ldap-auth is the same as “${other}”, but no directory before it is called so: correct “sameAs”, or put “${other}” first.`,
      )
  }
  const whole = directories.flatMap((given) => {
    try {
      return [complete(given, config)]
    } catch (error) {
      if (!(error instanceof BootError)) throw error
      faults.push(error.message)
      return []
    }
  })
  if (faults.length > 0) throw faulty(faults)
  return whole
}

const faulty = ([first, ...more]: readonly string[]): BootError => new BootError(first!, more)

function sayIssue(issue: z.core.$ZodIssue): string {
  const key = ['pluginOptions', 'ldap-auth', ...issue.path].map(String).join('.')
  const what =
    issue.code === 'unrecognized_keys' ? `knows no “${issue.keys.join('”, “')}”` : `is missing or not right: write ${issue.message}`
  return `${key} in config/local.ts ${what}. plugins/ldap-auth/README.md describes all options.`
}

function complete(given: Given, config: Config): Directory {
  const own = DEFAULTS[given.kind]
  const wrong = (what: string) => new BootError(`The directory “${given.name}” in pluginOptions.ldap-auth ${what}.`)
  const { bind } = given
  const attributes = {
    ...own.attributes,
    ...Object.fromEntries(Object.entries(given.attributes).filter(([, value]) => value !== undefined)),
  } as Directory['attributes']
  let caPem: string | undefined
  try {
    caPem = given.ca && readFileSync(resolve(config.dir, given.ca), 'utf8')
  } catch (error) {
    throw wrong(`names a certificate that cannot be read (${reasonOf(error)}): correct “ca”, or make the file readable for pomoc`)
  }
  if (caPem !== undefined && !isCertificates(caPem))
    throw wrong(
      `names in “ca” a file that holds no certificate in PEM (${given.ca}): it must have lines from “-----BEGIN CERTIFICATE-----” to “-----END CERTIFICATE-----”; “openssl x509 -inform der -in FILE” makes them of a DER file`,
    )
  const service =
    'dn' in bind
      ? {
          dn: bind.dn,
          password() {
            const password = bind.passwordFile
              ? readFileSync(resolve(config.dir, bind.passwordFile), 'utf8').replace(/\r?\n$/, '')
              : (process.env[bind.passwordVariable!] ?? '')
            if (password === '')
              throw new Error(`the password of ${bind.dn} is empty: write it into ${bind.passwordFile ?? bind.passwordVariable}`)
            return password
          },
          stamp: () => (bind.passwordFile ? String(statSync(resolve(config.dir, bind.passwordFile)).mtimeMs) : ''),
        }
      : undefined
  try {
    service?.password()
  } catch (error) {
    throw wrong(`has no password for its service account (${reasonOf(error)}): make the file readable for pomoc`)
  }
  return {
    ...given,
    attributes,
    caPem,
    service,
    domain: given.domain ?? (given.kind === 'active-directory' ? partsOf(given.people.base[0] ?? '', 'dc').slice(0, 1) : []),
    sameAs: given.sameAs ?? [],
    bindAs: 'as' in bind ? bind.as : undefined,
    people: { base: given.people.base, filter: given.people.filter ?? own.filter, disabled: given.people.disabled ?? own.disabled },
    groups: given.groups && {
      by: given.groups.by ?? own.by,
      base: given.groups.base,
      filter: given.groups.filter ?? own.groupFilter,
      member: given.groups.member ?? 'member',
      memberOf: given.groups.memberOf ?? 'memberOf',
      nested: given.groups.nested,
    },
  }
}

/** Every block in it is a certificate, and there is one. */
function isCertificates(pem: string): boolean {
  // Parted where blocks begin: looking for the end of each would read a text of beginnings over and over.
  const blocks = pem.split(/(?=-----BEGIN (?:TRUSTED )?CERTIFICATE-----)/).filter((part) => part.startsWith('-----BEGIN '))
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).subject !== undefined)
  } catch {
    return false
  }
}

function isFilter(text: string): boolean {
  try {
    FilterParser.parseString(text)
    return text.startsWith('(')
  } catch {
    return false
  }
}
