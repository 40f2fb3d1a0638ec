/** Owns what each configuration key may hold; a message completes the sentence "write …". */
import { isIP } from 'node:net'
import { z } from 'zod'
import { isLanguage, LANGUAGE_CODES, type Language } from '../i18n/languages.ts'
import { logLevels } from './log.ts'
import { ROLES } from './roles.ts'

const text = (hint: string) => z.string({ error: hint }).min(1, { error: hint })

const whole = (from: number, to: number, what: string) => {
  const error = `${what}, a whole number from ${from} to ${to}`
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error })
}

const seconds = () => {
  const error = 'seconds, a number from 0.05 to 86400'
  return z.number({ error }).min(0.05, { error }).max(86_400, { error })
}

const url = (protocols: string[], hint: string) =>
  text(hint).refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), { error: hint })

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values, { error: `one of ${values.join(', ')}` })

const host = text('a host name or an address, such as 127.0.0.1 or 0.0.0.0').regex(/^[\w.:-]+$/, {
  error: 'a host name or an address without port or slashes, such as 127.0.0.1 or 0.0.0.0',
})
const port = whole(0, 65535, 'a port')

const MAIL_ADDRESS = 'a mail address, such as pomoc@example.edu'
const DATABASE_URL = 'an address such as postgresql://user:password@host:5432/name'
const SMARTHOST_URL =
  'an address such as smtp://host:25 or smtps://user:password@host:465; in user and password @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25'
const ZONE = 'a time zone, such as Europe/Warsaw'
const THEME = 'the name of a folder in themes/, or a path that begins with ./ or /'
const NETWORK = 'an address or a network, such as 10.0.0.5 or 10.0.0.0/24'
const network = text(NETWORK).refine(isNetwork, { error: NETWORK })
const DOMAIN = 'a mail domain, such as example.edu'
const domain = text(DOMAIN)
  .regex(/^[^\s@/.]+(?:\.[^\s@/.]+)+$/, { error: DOMAIN })
  .transform((name) => name.toLowerCase())
const SERVER = "a DNS server's address, such as 10.0.0.53 or 127.0.0.1:5353"
const server = text(SERVER).refine((value) => isIP(value) !== 0 || /^(\[[\da-f:.]+\]|[\d.]+):\d{1,5}$/i.test(value), { error: SERVER })
const DAYS = 'how many days'
const LANGUAGE_LIST = `one or more of ${LANGUAGE_CODES.join(', ')}`
const ONLY = `one or more of ${ROLES.join(', ')}`
const BASE_URL = 'an http or https address without query, such as https://pomoc.example.edu'

export const configSchema = z.strictObject({
  dataDir: text('the path of a folder').optional(),
  // Not URL.canParse: libpq's form for a socket, postgresql://user@/name?host=/run/…, has no host.
  databaseUrl: text(DATABASE_URL)
    .regex(/^postgres(ql)?:\/\/\S+$/, { error: DATABASE_URL })
    .optional(),
  secretKeys: text('the path of a file').optional(),
  databaseConnections: whole(4, 1000, 'how many connections'),
  only: z.array(z.enum(ROLES, { error: ONLY }), { error: ONLY }).min(1, { error: ONLY }),
  http: z
    .strictObject({
      host,
      port,
      hstsSubdomains: z.boolean({ error: 'true or false' }),
      maxConnections: whole(10, 1_000_000, 'how many connections'),
      maxConnectionsPerPeer: whole(10, 1_000_000, 'how many connections'),
      headSeconds: whole(1, 3600, 'seconds'),
      requestSeconds: whole(1, 86_400, 'seconds'),
      statementSeconds: whole(1, 3600, 'seconds'),
      maxStreams: whole(1, 1_000_000, 'how many streams'),
      maxStreamsPerPerson: whole(1, 1_000_000, 'how many streams'),
    })
    .refine((http) => http.headSeconds <= http.requestSeconds, {
      error: 'no more than requestSeconds, which counts the head too',
      path: ['headSeconds'],
    }),
  sessions: z.strictObject({
    hours: whole(1, 8784, 'how many hours'),
    idleMinutes: whole(5, 527_040, 'how many minutes'),
    agentHours: whole(1, 8784, 'how many hours'),
    agentIdleMinutes: whole(5, 527_040, 'how many minutes'),
    proofMinutes: whole(1, 1440, 'how many minutes'),
  }),
  api: z.strictObject({ maxSizeKb: whole(1, 1_048_576, 'a size in kB') }),
  baseUrl: url(['http:', 'https:'], BASE_URL)
    .refine((value) => !/[?#]/.test(value), { error: BASE_URL })
    .optional(),
  otherUrls: z.array(
    url(['http:', 'https:'], BASE_URL)
      .refine((value) => !/[?#]/.test(value), { error: BASE_URL })
      .transform((value) => value.replace(/(?<!\/)\/+$/, '')),
    { error: `a list, each ${BASE_URL}` },
  ),
  trustedProxies: z.array(network, { error: `a list, each ${NETWORK}` }),
  mailAddress: text(MAIL_ADDRESS).regex(/^[^\s@<>]+@[^\s@<>]+$/, { error: MAIL_ADDRESS }),
  smarthostUrl: url(['smtp:', 'smtps:'], SMARTHOST_URL)
    // What stands behind the host is read as a path: most often it is half of a password.
    .refine((value) => !/^[^:]*:\/\/[^/?#]*[/?#]./.test(value) && decodes(value), { error: SMARTHOST_URL })
    .optional(),
  smarthostCa: text('the path of a file of certificates in PEM format').optional(),
  mail: z.strictObject({
    fromName: text('a name'),
    hostname: text("this machine's name in mail")
      .regex(/^[\w.-]+$/, { error: 'a host name, such as pomoc.example.edu' })
      .optional(),
    maxSizeKb: whole(64, 1_048_576, 'a size in kB').optional(),
    autoResponsesPerDay: whole(0, 1_000_000, 'how many automatic answers'),
    autoResponsesPerHour: whole(0, 1_000_000, 'how many automatic answers'),
    autoResponsesPerPeerAndHour: whole(0, 1_000_000, 'how many automatic answers'),
    autoResponsesInAllPerHour: whole(0, 1_000_000, 'how many automatic answers'),
    dnsServers: z.array(server, { error: `a list, each ${SERVER}` }),
    ownDomains: z.array(domain, { error: `a list, each ${DOMAIN}` }),
    relays: z.array(
      z.strictObject({
        addresses: z.array(network, { error: `a list, each ${NETWORK}` }).min(1, { error: `a list, each ${NETWORK}` }),
        vouchesFor: z.array(domain, { error: `a list, each ${DOMAIN}` }).default([]),
        authservId: text('the name the relay writes into Authentication-Results').optional(),
        inside: z.array(network, { error: `a list, each ${NETWORK}` }).optional(),
        stripsForeign: z.boolean({ error: 'true or false' }).optional(),
        xclient: z.boolean({ error: 'true or false' }).default(false),
        trustHeaders: z.boolean({ error: 'true or false' }).default(false),
      }),
      { error: 'a list of relays' },
    ),
    bounceTags: z.boolean({ error: 'true or false' }),
    dkim: z.array(
      z.strictObject({
        domain,
        selector: text('the name of the key in DNS, such as pomoc').regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, {
          error: 'letters, digits, dots and dashes, such as pomoc',
        }),
        keyFile: text('the path of the private key in PEM format'),
      }),
      { error: 'a list of DKIM keys' },
    ),
  }),
  smtp: z
    .strictObject({
      host,
      port,
      tlsKey: text('the path of a key file in PEM format').optional(),
      tlsCert: text('the path of a certificate file in PEM format').optional(),
      withoutTls: z.array(network, { error: `a list, each ${NETWORK}` }),
      maxSizeKb: whole(64, 1_048_576, 'a size in kB'),
      maxClients: whole(1, 10_000, 'how many connections'),
      maxPerPeer: whole(1, 10_000, 'how many connections'),
      mailsPerPeerAndHour: whole(0, 10_000_000, 'how many mails'),
      idleTimeoutSeconds: whole(1, 3600, 'seconds'),
      maxConnectionSeconds: whole(1, 86_400, 'seconds'),
      maxSecondsWithoutMail: whole(1, 86_400, 'seconds'),
      minBytesPerSecond: whole(1, 1_000_000, 'bytes'),
      slowSeconds: whole(1, 3600, 'seconds'),
      closeTimeoutSeconds: whole(0, 600, 'seconds'),
    })
    .refine((smtp) => !smtp.tlsCert === !smtp.tlsKey, { error: 'both tlsKey and tlsCert, or neither', path: ['tlsCert'] }),
  systemId: text('digits, such as 10').regex(/^\d{1,10}$/, { error: 'one to ten digits in quotes, such as "10"' }),
  ticketNumber: z.strictObject({
    generator: oneOf(['DateChecksum', 'Date', 'AutoIncrement', 'Random']),
    minCounterSize: whole(1, 20, 'how many digits'),
    formattedCounter: z.boolean({ error: 'true or false' }),
    checkSystemId: z.boolean({ error: 'true or false' }),
  }),
  theme: text(THEME).regex(/^([a-z0-9][\w-]*|[./].*)$/i, { error: THEME }),
  zone: text(ZONE).refine(isZone, { error: ZONE }),
  languages: z
    .array(z.custom<Language>(isLanguage, { error: LANGUAGE_LIST }), { error: LANGUAGE_LIST })
    .min(1, { error: LANGUAGE_LIST })
    .transform((codes) => [...new Set(codes)]),
  plugins: z.array(text('the name of a plugin'), { error: "a list of plugins, such as ['desk', 'portal']" }),
  pluginOptions: z.record(z.string(), z.record(z.string(), z.unknown(), { error: 'the options of a plugin, as an object' }), {
    error: "options by the plugin's name, such as { 'ldap-auth': { … } }",
  }),
  retention: z.strictObject({
    factDays: whole(1, 36_500, DAYS),
    draftDays: whole(1, 36_500, DAYS),
    givenUpJobDays: whole(1, 36_500, DAYS),
    rawMailDays: whole(1, 36_500, `${DAYS}, or null`).nullable(),
    auditDays: whole(1, 36_500, `${DAYS}, or null`).nullable(),
  }),
  metrics: z.strictObject({
    host,
    port: port.optional(),
    token: text('a secret of 16 characters or more').min(16, { error: 'a secret of 16 characters or more' }).optional(),
  }),
  pluginSeconds: z.strictObject({
    slot: seconds(),
    guard: seconds(),
    mailCheck: seconds(),
    mailStep: seconds(),
    search: seconds(),
    login: seconds(),
    page: seconds(),
    fact: seconds(),
    job: seconds(),
    start: seconds(),
  }),
  logLevel: oneOf(logLevels),
})

/** Whether user and password can be read: a % that escapes nothing cannot. */
function decodes(value: string): boolean {
  if (!URL.canParse(value)) return true
  const { username, password } = new URL(value)
  try {
    return typeof decodeURIComponent(username + password) === 'string'
  } catch {
    return false
  }
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

function isNetwork(value: string): boolean {
  const [address = '', bits, rest] = value.split('/')
  const family = isIP(address)
  if (!family || rest !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
