/** Owns the stage on which a backup is made: the whole program on an embedded database, its clock, a mail sink, DNS, a campus directory. */
import { request } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { createTransport } from 'nodemailer'
import { loadConfig, type Config } from '../../../core/machine/config.ts'
import { loadActor, type Database, type Host, type Id, type PersonActor, type Work } from '../../../core/index.ts'
import type { Kernel } from '../../../core/run/host.ts'
import { makeLog } from '../../../core/machine/log.ts'
import { boot, type Program } from '../../../core/run/main.ts'
import { campusEntries, peopleDn, SERVICE, SUFFIX } from '../../campus.ts'
import { startDns, type DnsServer } from '../../servers/dns.ts'
import { startMailSink, type MailSink } from '../../servers/mail-sink.ts'
import { makeTestDirectory, type Slapd, type TestDirectory } from '../../servers/slapd.ts'

export const SITE = 'https://pomoc.uni.example'
/** How many people the made-up campus has. */
export const CAMPUS = 18

/** A browser that keeps cookies, behind the site's proxy. */
export interface Browser {
  get(path: string): Promise<Answer>
  post(path: string, fields?: Record<string, string>): Promise<Answer>
  cookies: Map<string, string>
}
export interface Answer {
  status: number
  location: string | undefined
  text: string
}

export interface Stage {
  dataDir: string
  config: Config
  plugins: string[]
  /** The program's clock; moved by hand. */
  now: Date
  minutes(count: number): void
  host: Host
  kernel: Kernel
  db: Kysely<Database>
  sink: MailSink
  directory: TestDirectory
  slapd: Slapd
  /** One act, a minute after the one before. */
  as<T>(personId: Id, run: (work: Work) => Promise<T>): Promise<T>
  actor(personId: Id): Promise<PersonActor>
  browser(address?: string): Browser
  /** From 127.0.0.2, the campus's own relay, unless said otherwise. */
  mail(mail: {
    from: string
    subject: string
    text?: string
    to?: string
    headers?: Record<string, string>
    html?: string
    messageId?: string
    inReplyTo?: string
    attachments?: { filename: string; content: string | Buffer; cid?: string; contentType?: string }[]
    outside?: boolean
  }): Promise<void>
  raw(raw: Buffer | string, envelope: { from: string; to: string | string[] }, options?: { outside?: boolean }): Promise<void>
  /** All jobs that are due are done; those that wait for a time of theirs are told that it has come, where `hurry` says so. */
  quiet(options?: { hurry?: boolean }): Promise<void>
  /** Ends the program and starts it again, doing only this. */
  restart(only: Config['only']): Promise<void>
  stop(): Promise<void>
}

/** `plugins`: files of plugins from outside. */
export async function openStage(plugins: string[], begin: Date): Promise<Stage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pomoc-earlier-'))
  const sink = await startMailSink()
  const dns: DnsServer = await startDns()
  dns.txt.set('student.example', 'v=spf1 ip4:127.0.0.0/8 -all')
  dns.txt.set('_dmarc.student.example', 'v=DMARC1; p=reject')
  dns.txt.set('uni.example', 'v=spf1 -all')
  dns.txt.set('_dmarc.uni.example', 'v=DMARC1; p=reject')
  const directory = await makeTestDirectory([SUFFIX], campusEntries(CAMPUS))
  if (!directory) throw new Error('slapd is missing: apt-get install slapd ldap-utils')
  const slapd = await directory.serve()
  writeFileSync(join(directory.dir, 'password'), `${SERVICE.password}\n`)
  const names = ['desk', 'portal', 'admin', 'units', 'faq', 'smtp-receiver', 'ldap-auth', ...plugins]
  const loaded = await loadConfig({
    env: {
      POMOC_DATA_DIR: dataDir,
      POMOC_HTTP_PORT: '0',
      POMOC_SMTP_PORT: '0',
      POMOC_BASE_URL: SITE,
      POMOC_MAIL_ADDRESS: 'pomoc@uni.example',
      POMOC_SMARTHOST_URL: sink.url,
      POMOC_LOG_LEVEL: process.env['POMOC_LOG_LEVEL'] ?? 'fatal',
      POMOC_PLUGINS: names.join(','),
    },
  })
  const config: Config = {
    ...loaded,
    trustedProxies: ['127.0.0.1'],
    mail: {
      ...loaded.mail,
      fromName: 'Pomoc IT',
      hostname: 'uni.example',
      ownDomains: ['uni.example'],
      dnsServers: [dns.address],
      relays: [{ addresses: ['127.0.0.2'], vouchesFor: ['uni.example'], authservId: 'mx.uni.example', xclient: false, trustHeaders: true }],
    },
    smtp: { ...loaded.smtp, maxPerPeer: 50, closeTimeoutSeconds: 3 },
    pluginOptions: {
      'ldap-auth': {
        directories: [
          {
            name: 'uni',
            kind: 'openldap',
            servers: [slapd.url],
            ca: directory.caFile,
            serverName: 'localhost',
            timeoutSeconds: 3,
            bind: { dn: SERVICE.dn, passwordFile: join(directory.dir, 'password') },
            people: { base: `ou=people,${SUFFIX}` },
            groups: { base: `ou=groups,${SUFFIX}` },
            attributes: { keep: ['employeeType', 'departmentNumber'] },
            rules: [
              { group: 'helpdesk', agent: true, roles: ['Centralni'] },
              { attribute: 'employeeType', is: 'pracownik', below: peopleDn(0), roles: [], agent: true },
            ],
            unit: { attribute: 'departmentNumber', create: true, names: { j03: 'Biblioteka Główna' } },
          },
        ],
      },
    },
  }
  let program: Program
  const start = async (only: Config['only']) => {
    program = await boot({ config: { ...config, only }, log: makeLog(config.logLevel), clock: () => new Date(stage.now) })
    Object.assign(stage, { host: program.host, kernel: program.kernel, db: program.host.db })
  }
  const transport = (outside: boolean) =>
    createTransport({
      host: '127.0.0.1',
      port: Number(new URL(program.addresses.get('mail')!).port),
      secure: false,
      tls: { rejectUnauthorized: false },
      name: outside ? 'mx.obcy.example' : 'mx.uni.example',
      localAddress: outside ? '127.0.0.9' : '127.0.0.2',
    })
  const stage: Stage = {
    dataDir,
    config,
    plugins: names,
    now: begin,
    sink,
    directory,
    slapd,
    host: undefined as never,
    kernel: undefined as never,
    db: undefined as never,
    minutes(count) {
      stage.now = new Date(stage.now.getTime() + count * 60_000)
    },
    actor: async (id) => (await loadActor(stage.db, id))!,
    async as(id, run) {
      stage.minutes(1)
      return stage.host.work(await stage.actor(id), run)
    },
    browser: (address = '192.0.2.7') => browserOf(() => Number(new URL(program.addresses.get('web')!).port), address),
    async mail({ outside = false, headers = {}, ...mail }) {
      stage.minutes(1)
      const sender = /<([^>]+)>/.exec(mail.from)?.[1] ?? mail.from
      await transport(outside).sendMail({
        to: 'pomoc@uni.example',
        date: stage.now,
        messageId: `<${stage.now.getTime()}.${Math.round(Math.random() * 1e9)}@${sender.split('@')[1]}>`,
        ...mail,
        envelope: { from: sender, to: mail.to ?? 'pomoc@uni.example' },
        headers,
      })
    },
    async raw(raw, envelope, { outside = true } = {}) {
      stage.minutes(1)
      await transport(outside).sendMail({ raw, envelope })
    },
    async quiet({ hurry = false } = {}) {
      for (let patience = 1200; patience > 0; patience--) {
        if (hurry)
          await sql`update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null and attempts < max_attempts`.execute(
            stage.db,
          )
        const { rows } =
          await sql`select 1 from graphile_worker._private_jobs where attempts < max_attempts and (run_at <= now() or locked_at is not null)`.execute(
            stage.db,
          )
        if (rows.length === 0) return
        await sleep(50)
      }
      throw new Error('jobs do not come to rest')
    },
    async restart(only) {
      await program.stop()
      await start(only)
    },
    async stop() {
      await program.stop()
      await slapd.kill()
      await directory.remove()
      await dns.stop()
      await sink.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  await start(['web', 'smtp', 'jobs'])
  return stage
}

function browserOf(port: () => number, address: string): Browser {
  let token = ''
  const ask = (method: string, path: string, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: port(),
          method,
          path,
          headers: {
            host: new URL(SITE).host,
            accept: 'text/html',
            'accept-language': 'pl',
            'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
            'x-forwarded-for': address,
            'x-forwarded-proto': 'https',
            origin: SITE,
            cookie: [...self.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
          },
        },
        (response) => {
          const parts: Buffer[] = []
          response
            .on('data', (bytes: Buffer) => parts.push(bytes))
            .on('end', () => {
              const text = Buffer.concat(parts).toString('utf8')
              for (const cookie of response.headers['set-cookie'] ?? []) {
                const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
                if (value === '' || /max-age=0/i.test(cookie)) self.cookies.delete(name!)
                else self.cookies.set(name!, value!)
              }
              token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? token
              resolve({ status: response.statusCode ?? 0, location: response.headers.location, text })
            })
            .on('error', reject)
        },
      )
      sent.on('error', reject).end(body)
    })
  const self: Browser = {
    cookies: new Map(),
    get: (path) => ask('GET', path),
    post: (path, fields = {}) => ask('POST', path, new URLSearchParams({ ...fields, _csrf: token }).toString()),
  }
  return self
}
