/** Owns throw-away LDAP servers of Debian's slapd: one directory made from entries, served any number of times. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { debianProgram } from './debian.ts'
import { answering, freePort } from './ports.ts'

const run = promisify(execFile)

/** Attributes as they stand in LDIF; a Buffer is written in base64. */
export type LdifEntry = { dn: string } & Record<string, string | Buffer | readonly (string | Buffer)[]>

export interface Slapd {
  /** `ldap://127.0.0.1:port`: in clear, or with StartTLS. */
  url: string
  /** `ldaps://localhost:port`. */
  secureUrl: string
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

export interface Served {
  /** Entries that one search gives, all its pages together, as Debian sets it (500); without it there is no such end. */
  sizeLimit?: number
  /** Lines of slapd.conf(5) for each database, such as who may read what; they come before those that let everybody read. */
  lines?: readonly string[]
}

export interface TestDirectory {
  /** The certificate of the authority that signed the servers', in PEM; and its file. */
  ca: string
  caFile: string
  /** A folder for what a test writes: removed with the directory. */
  dir: string
  /** Starts a server of its own on a copy of the entries. */
  serve(how?: Served): Promise<Slapd>
  remove(): Promise<void>
}

export const ROOT_PASSWORD = 'zarządca katalogu'
export const rootOf = (suffix: string): string => `cn=admin,${suffix}`

/** Attributes and classes of Active Directory that are tried; slapd has none of its own. */
const AD_SCHEMA = `
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.656 NAME 'userPrincipalName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.9999.1 NAME 'adMemberOf' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP inetOrgPerson STRUCTURAL MAY ( sAMAccountName $ userPrincipalName $ objectGUID $ userAccountControl $ proxyAddresses $ adMemberOf ) )
objectclass ( 1.2.840.113556.1.5.8 NAME 'group' SUP top STRUCTURAL MUST cn MAY ( member $ adMemberOf $ description ) )
`

/**
 * Makes a directory below each suffix, or answers undefined where slapd is not installed (and says so). Without `ppolicy` it is a
 * server that knows nothing of locked accounts, as Debian's is until that overlay is loaded.
 */
export async function makeTestDirectory(
  suffixes: readonly string[],
  entries: Iterable<LdifEntry>,
  { ppolicy = true } = {},
): Promise<TestDirectory | undefined> {
  const slapd = debianProgram('/usr/sbin/slapd', ['slapd', 'ldap-utils'])
  if (!slapd) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-slapd-'))
  const remove = async () => rmSync(dir, { recursive: true, force: true })
  try {
    await makeCertificates(dir)
    const first = join(dir, 'first')
    writeConfig(first, dir, suffixes, ppolicy)
    const ldif = join(dir, 'entries.ldif')
    writeFileSync(ldif, [...entries].map(asLdif).join('\n'))
    for (const suffix of suffixes)
      await run('/usr/sbin/slapadd', ['-q', '-f', join(first, 'slapd.conf'), '-b', suffix, '-l', belonging(ldif, suffix, suffixes)])
    let copies = 0
    return {
      ca: readFileSync(join(dir, 'ca.pem'), 'utf8'),
      caFile: join(dir, 'ca.pem'),
      dir,
      remove,
      async serve(how = {}) {
        const home = join(dir, `server${++copies}`)
        cpSync(first, home, { recursive: true })
        writeConfig(home, dir, suffixes, ppolicy, how)
        return serve(slapd, home)
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function serve(slapd: string, home: string): Promise<Slapd> {
  const [port, secure] = [await freePort(), await freePort()]
  const child = spawn(slapd, ['-f', join(home, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${secure}`, '-d', '0'], {
    stdio: 'ignore',
  })
  try {
    await answering(port, { ended: () => (child.exitCode === null ? undefined : `slapd ended with ${child.exitCode}`) })
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    url: `ldap://127.0.0.1:${port}`,
    secureUrl: `ldaps://localhost:${secure}`,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function writeConfig(home: string, dir: string, suffixes: readonly string[], ppolicy: boolean, how: Served = {}): void {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'ad.schema'), AD_SCHEMA)
  const lines = [
    ...['core', 'cosine', 'inetorgperson', 'misc'].map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    `include ${join(home, 'ad.schema')}`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    ...(ppolicy ? ['moduleload ppolicy'] : []),
    `pidfile ${join(home, 'pid')}`,
    `TLSCACertificateFile ${join(dir, 'ca.pem')}`,
    `TLSCertificateFile ${join(dir, 'server.pem')}`,
    `TLSCertificateKeyFile ${join(dir, 'server.key')}`,
    // As directories are set up: more than 500 entries only page by page; nobody binds without a password.
    how.sizeLimit === undefined ? 'sizelimit size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited' : `sizelimit ${how.sizeLimit}`,
    'disallow bind_anon',
  ]
  suffixes.forEach((suffix, i) => {
    const data = join(home, `data${i}`)
    mkdirSync(data, { recursive: true })
    lines.push(
      '',
      'database mdb',
      `suffix "${suffix}"`,
      `rootdn "${rootOf(suffix)}"`,
      `rootpw "${ROOT_PASSWORD}"`,
      `directory ${data}`,
      'maxsize 134217728',
      'dbnosync',
      'index objectClass,uid,mail,member,sAMAccountName,userPrincipalName,mailLocalAddress eq',
      ...(ppolicy ? ['overlay ppolicy', `ppolicy_default "cn=policy,${suffix}"`] : []),
      `access to attrs=userPassword by anonymous auth by * none`,
      ...(how.lines ?? []),
      'access to * by users read by * auth',
    )
  })
  writeFileSync(join(home, 'slapd.conf'), `${lines.join('\n')}\n`)
}

/** An authority of the test’s own, and a server’s certificate for localhost and 127.0.0.1: `ca.pem`, `server.pem`, `server.key`. */
export async function makeCertificates(dir: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: dir })
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )
  await openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  writeFileSync(join(dir, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.pem',
  )
}

/** The entries of one suffix in a file of their own: slapadd fills one database at a time. */
function belonging(ldif: string, suffix: string, suffixes: readonly string[]): string {
  if (suffixes.length === 1) return ldif
  const file = `${ldif}.${suffixes.indexOf(suffix)}`
  const own = readFileSync(ldif, 'utf8')
    .split('\n\n')
    .filter((entry) => {
      const dn = Buffer.from(/^dn:: (.*)$/m.exec(entry)?.[1] ?? '', 'base64').toString()
      return dn === suffix || dn.endsWith(`,${suffix}`)
    })
  writeFileSync(file, `${own.join('\n\n')}\n`)
  return file
}

function asLdif({ dn, ...attributes }: LdifEntry): string {
  const line = (name: string, value: string | Buffer) => `${name}:: ${Buffer.from(value as string).toString('base64')}`
  return (
    [
      line('dn', dn as string),
      ...Object.entries(attributes).flatMap(([name, values]) =>
        (Array.isArray(values) ? (values as (string | Buffer)[]) : [values as string | Buffer]).map((value) => line(name, value)),
      ),
    ].join('\n') + '\n'
  )
}
