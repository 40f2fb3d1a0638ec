/** Owns a throw-away 389 Directory Server, as FreeIPA stands on it: made in a folder of its own, on free ports of loopback. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Attribute, Change, Client } from 'ldapts'
import { debianProgram } from './debian.ts'
import { answering, freePort } from './ports.ts'
import { makeCertificates } from './slapd.ts'

const run = promisify(execFile)
const ROOT = { dn: 'cn=Directory Manager', password: 'Zarzadca-2026-zima!' }
const SUFFIX = 'dc=example,dc=edu'
const TEMPLATE = '/usr/share/dirsrv/data/template-dse.ldif'

export interface Ds389 {
  /** `ldaps://localhost:port`. */
  url: string
  suffix: string
  caFile: string
  /** A folder for what a test writes: removed with the server. */
  dir: string
  add(dn: string, attributes: Record<string, string | string[]>): Promise<void>
  /** As `cn=Directory Manager`, whom no limit holds. */
  set(dn: string, attribute: string, ...values: string[]): Promise<void>
  close(): Promise<void>
}

/** Whether it can be had here; says loudly what is missing. */
export const ds389IsThere = (): boolean => debianProgram('/usr/sbin/ns-slapd', ['389-ds-base']) !== undefined

/** Empty but for the suffix `dc=example,dc=edu`; groups are told beside the person (memberOf), and passwords may expire, as in FreeIPA. */
export async function makeDs389(): Promise<Ds389> {
  const dir = mkdtempSync(join(tmpdir(), 'pomoc-ds389-'))
  let child: ChildProcess | undefined
  const close = async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await makeCertificates(dir)
    const [port, secure] = [await freePort(), await freePort()]
    const config = await writeConfig(dir, { port, secure })
    child = spawn('/usr/sbin/ns-slapd', ['-D', config, '-i', join(dir, 'pid'), '-d', '0'], { stdio: 'ignore' })
    const server = child
    const errors = join(dir, 'log', 'errors')
    const ended = () =>
      server.exitCode === null
        ? undefined
        : `ns-slapd ended with ${server.exitCode}: ${existsSync(errors) ? readFileSync(errors, 'utf8').slice(-2000) : ''}`
    await answering(secure, { ended })
    const asRoot = async <T>(act: (client: Client) => Promise<T>): Promise<T> => {
      const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 20_000, strictDN: false })
      try {
        await client.bind(ROOT.dn, ROOT.password)
        return await act(client)
      } finally {
        await client.unbind().catch(() => {})
      }
    }
    const add: Ds389['add'] = (dn, attributes) =>
      asRoot((client) =>
        client.add(
          dn,
          Object.entries(attributes).map(([type, value]) => new Attribute({ type, values: Array.isArray(value) ? value : [value] })),
        ),
      )
    const set: Ds389['set'] = (dn, type, ...values) =>
      asRoot((client) => client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) })))
    await add('cn=userroot,cn=ldbm database,cn=plugins,cn=config', {
      objectClass: ['top', 'extensibleObject', 'nsBackendInstance'],
      'nsslapd-suffix': SUFFIX,
      cn: 'userroot',
    })
    await add(`cn="${SUFFIX}",cn=mapping tree,cn=config`, {
      objectClass: ['top', 'extensibleObject', 'nsMappingTree'],
      cn: SUFFIX,
      'nsslapd-state': 'backend',
      'nsslapd-backend': 'userroot',
    })
    await add(SUFFIX, { objectClass: ['top', 'domain'], dc: 'example' })
    return { url: `ldaps://localhost:${secure}`, suffix: SUFFIX, caFile: join(dir, 'ca.pem'), dir, add, set, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Debian's own template, filled in; passwords that expire and memberOf are switched on at once, for they ask for a restart later. */
async function writeConfig(dir: string, { port, secure }: { port: number; secure: number }): Promise<string> {
  const folder = (name: string) => {
    mkdirSync(join(dir, name), { recursive: true })
    return join(dir, name)
  }
  const config = folder('config')
  const values: Record<string, string> = {
    config_dir: config,
    cert_dir: config,
    schema_dir: join(config, 'schema'),
    inst_dir: folder('inst'),
    lock_dir: folder('lock'),
    tmp_dir: folder('tmp'),
    ldif_dir: folder('ldif'),
    bak_dir: folder('bak'),
    run_dir: folder('run'),
    log_dir: folder('log'),
    db_dir: folder('db'),
    db_home_dir: join(dir, 'db'),
    db_lib: 'bdb',
    fqdn: 'localhost',
    ds_port: `${port}\nnsslapd-listenhost: 127.0.0.1\nnsslapd-security: on\nnsslapd-securePort: ${secure}\nnsslapd-securelistenhost: 127.0.0.1\npasswordExp: on`,
    ds_user: process.getuid?.() === 0 ? 'root' : (process.env['USER'] ?? 'nobody'),
    ds_passwd: `{CLEAR}${ROOT.password}`,
    ds_suffix: SUFFIX,
    rootdn: ROOT.dn,
    ldapi: join(dir, 'run', 'ldapi'),
    ldapi_enabled: 'off',
    ldapi_autobind: 'off',
  }
  cpSync('/etc/dirsrv/schema', values['schema_dir']!, { recursive: true })
  // What Kerberos names, as in FreeIPA's: when an account ends.
  cpSync('/usr/share/dirsrv/data/60kerberos.ldif', join(values['schema_dir']!, '60kerberos.ldif'))
  const filled = readFileSync(TEMPLATE, 'utf8').replaceAll(/%(\w+)%/g, (_, name: string) => values[name] ?? '')
  const memberOf = /(dn: cn=MemberOf Plugin,cn=plugins,cn=config\n(?:.+\n)*?nsslapd-pluginenabled: )off/i
  if (!memberOf.test(filled)) throw new Error(`${TEMPLATE} has another shape: no MemberOf plugin that is off`)
  writeFileSync(join(config, 'dse.ldif'), filled.replace(memberOf, '$1on'))
  for (const name of ['certmap.conf', 'slapd-collations.conf'])
    if (existsSync(join('/etc/dirsrv/config', name))) cpSync(join('/etc/dirsrv/config', name), join(config, name))
  const nss = `sql:${config}`
  await run('certutil', ['-N', '-d', nss, '--empty-password'])
  await run(
    'openssl',
    ['pkcs12', '-export', '-in', 'server.pem', '-inkey', 'server.key', '-name', 'Server-Cert', '-passout', 'pass:x', '-out', 'server.p12'],
    { cwd: dir },
  )
  await run('pk12util', ['-i', join(dir, 'server.p12'), '-d', nss, '-W', 'x'])
  await run('certutil', ['-A', '-d', nss, '-n', 'Test authority', '-t', 'CT,,', '-a', '-i', join(dir, 'ca.pem')])
  return config
}
