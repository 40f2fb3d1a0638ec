/** Owns a throw-away Active Directory: Debian's Samba as a domain controller, on an address of loopback of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Attribute, Change, Client } from 'ldapts'
import { debianProgram } from './debian.ts'

const run = promisify(execFile)
const ADDRESS = '127.0.0.5'
const PASSWORD = 'Zarzadca-2026-zima!'

export interface Domain {
  /** `ldaps://127.0.0.5`; its certificate is for `name` and for no address. */
  url: string
  name: string
  /** `DC=ad,DC=example,DC=edu` */
  suffix: string
  /** The certificate of its own authority, in a file. */
  caFile: string
  /** A folder for what a test writes: removed with the domain. */
  dir: string
  /** Adds an entry; bytes are bytes. */
  add(dn: string, attributes: Record<string, string | string[] | Buffer>): Promise<void>
  /** Somebody in use, with this password. */
  addUser(dn: string, attributes: Record<string, string | string[]>, password: string): Promise<void>
  set(dn: string, attribute: string, ...values: string[]): Promise<void>
  remove(dn: string): Promise<void>
  /** The account's own number, of its SID. */
  numberOf(dn: string): Promise<number>
  close(): Promise<void>
}

/** Whether it can be had here: it wants root, for its files and its ports (389, 636, 88). Says loudly what is missing. */
export function sambaIsThere(): boolean {
  if (!debianProgram('/usr/sbin/samba', ['samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'python3-samba']))
    return false
  if (process.getuid?.() === 0) return true
  process.stderr.write('\nSKIPPED, since a domain controller needs root: run the long tests as root.\n\n')
  return false
}

/** A new domain `ad.example.edu` with accounts that are locked after three wrong passwords. About half a minute. */
export async function makeDomain(): Promise<Domain> {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-samba-'))
  let child: ChildProcess | undefined
  const end = async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      process.kill(-child.pid!, 'SIGKILL')
      await gone
    }
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const places = [
      `--option=posix:eadb=${dir}/eadb.tdb`,
      `--option=log file=${dir}/log`,
      `--option=pid directory=${dir}/run`,
      `--option=ncalrpc dir=${dir}/run/ncalrpc`,
    ]
    mkdirSync(join(dir, 'run'))
    const conf = join(dir, 'etc', 'smb.conf')
    await run('samba-tool', [
      'domain',
      'provision',
      '--server-role=dc',
      '--realm=AD.EXAMPLE.EDU',
      '--domain=AD',
      `--adminpass=${PASSWORD}`,
      '--dns-backend=NONE',
      `--targetdir=${dir}`,
      '--host-name=dc1',
      `--host-ip=${ADDRESS}`,
      `--option=interfaces=${ADDRESS}/8`,
      '--option=bind interfaces only=yes',
      '--option=server services=ldap, kdc',
      ...places,
    ])
    await run('samba-tool', ['domain', 'passwordsettings', 'set', '--account-lockout-threshold=3', '--complexity=off', '-s', conf])
    child = spawn('/usr/sbin/samba', ['-i', '-M', 'single', '-s', conf, ...places], { stdio: 'ignore', detached: true })
    const caFile = join(dir, 'private', 'tls', 'ca.pem')
    const suffix = 'DC=ad,DC=example,DC=edu'
    const asAdministrator = async <T>(act: (client: Client) => Promise<T>): Promise<T> => {
      const client = new Client({ url: `ldaps://${ADDRESS}`, timeout: 20_000, strictDN: false, tlsOptions: { rejectUnauthorized: false } })
      try {
        await client.bind('Administrator@ad.example.edu', PASSWORD)
        return await act(client)
      } finally {
        await client.unbind().catch(() => {})
      }
    }
    for (let patience = 240; ; patience--) {
      if (child.exitCode !== null)
        throw new Error(
          `samba ended with ${child.exitCode}: ${existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8').slice(-2000) : ''}`,
        )
      if (await asAdministrator(async () => existsSync(caFile)).catch(() => false)) break
      if (patience === 0) throw new Error('samba does not answer')
      await sleep(250)
    }
    const add: Domain['add'] = (dn, attributes) =>
      asAdministrator((client) =>
        client.add(
          dn,
          Object.entries(attributes).map(
            ([type, value]) => new Attribute({ type, values: (Array.isArray(value) ? value : [value]) as string[] | Buffer[] }),
          ),
        ),
      )
    return {
      url: `ldaps://${ADDRESS}`,
      name: 'DC1.ad.example.edu',
      suffix,
      caFile,
      dir,
      add,
      addUser: (dn, attributes, password) =>
        add(dn, { objectClass: 'user', userAccountControl: '512', ...attributes, unicodePwd: Buffer.from(`"${password}"`, 'utf16le') }),
      set: (dn, type, ...values) =>
        asAdministrator((client) => client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) }))),
      remove: (dn) => asAdministrator((client) => client.del(dn)),
      numberOf: (dn) =>
        asAdministrator(async (client) => {
          const { searchEntries } = await client.search(dn, {
            scope: 'base',
            attributes: ['objectSid'],
            explicitBufferAttributes: ['objectSid'],
          })
          return (searchEntries[0]!['objectSid'] as Buffer).readUInt32LE((searchEntries[0]!['objectSid'] as Buffer).length - 4)
        }),
      close: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
