/**
 * Owns a campus mail exchange of Debian's programs: Postfix in front of pomoc and as its smarthost, OpenDKIM and OpenDMARC or
 * rspamd judging what comes in, Dovecot with mailboxes that have vacations and quotas. Needs root; everything lies in one
 * temporary folder and ends with `stop`.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { debianProgram } from './debian.ts'
import { startDns, type DnsServer } from './dns.ts'
import { answering, freePort } from './ports.ts'

const run = promisify(execFile)

/** Where a mail enters: each is a port of the same Postfix, with other programs that judge. */
export type Entry =
  /** OpenDKIM and OpenDMARC, which write above the exchange's own Received. */
  | 'dmarc'
  /** OpenDKIM alone: what stays when OpenDMARC is away and mail is accepted all the same. */
  | 'dkim'
  /** rspamd, which writes below the exchange's own Received. */
  | 'rspamd'
  /** Nobody judges. */
  | 'bare'
  /** People of the campus with their password; who they say they are in From is not compared. */
  | 'submission'
  /** Programs inside, pomoc among them. */
  | 'inner'

export interface MailExchange {
  /** 'smtp://127.0.0.1:port' of an entry. */
  port(entry: Entry): number
  /** The authority that signed the exchange's certificate, as a file in PEM. */
  caFile: string
  /** Signs in the name of a domain, for `dkim` of nodemailer. */
  signedBy(domain: string): { domainName: string; keySelector: string; privateKey: string }
  /** Sends a raw mail as `client` (XCLIENT) would; answers swaks's transcript. */
  send(mail: { raw: string; from: string; to: string | string[]; entry: Entry; client?: string; login?: string }): Promise<string>
  /** The mails in somebody's mailbox, oldest first, raw. */
  mailbox(address: string): string[]
  log(): string
  kill(program: 'opendmarc' | 'postfix'): Promise<void>
  startPostfix(): Promise<void>
  stop(): Promise<void>
}

const PROGRAMS: [string, string[]][] = [
  ['/usr/sbin/postfix', ['postfix']],
  ['/usr/sbin/opendkim', ['opendkim', 'opendkim-tools']],
  ['/usr/sbin/opendmarc', ['opendmarc']],
  ['/usr/bin/rspamd', ['rspamd']],
  ['/usr/sbin/dovecot', ['dovecot-core', 'dovecot-lmtpd', 'dovecot-sieve']],
  ['/usr/bin/swaks', ['swaks', 'libnet-ssleay-perl']],
]

/** People of the campus and outside; the exchange delivers for both. */
const DOMAINS = ['uni.example', 'partner.example']
const MAILBOXES = [
  'anna.kowalska@uni.example',
  's214503@uni.example',
  'adam@partner.example',
  'urlop@partner.example',
  'pelna@partner.example',
]
export const PASSWORD = 'tajne-haslo'

/** A nameserver at an address of its own: OpenDMARC asks port 53 of what /etc/resolv.conf names, and nothing else. */
export const startCampusDns = (): Promise<DnsServer> =>
  startDns({ host: `127.${1 + (process.pid % 200)}.${1 + (Math.floor(process.pid / 200) % 250)}.53`, port: 53 })

/** `ours` says at which port pomoc takes the mail of which address. Or undefined, said aloud, where the programs are missing or the tests do not run as root. */
export async function startMailExchange(dns: DnsServer, ours: Record<string, number>): Promise<MailExchange | undefined> {
  if (process.getuid?.() !== 0) {
    process.stderr.write('\nSKIPPED, since Postfix can only be started by root.\n\n')
    return undefined
  }
  for (const [program, packages] of PROGRAMS) if (!debianProgram(program, packages)) return undefined

  const dir = mkdtempSync('/tmp/pomoc-exchange-')
  chmodSync(dir, 0o755)
  const at = (...path: string[]) => join(dir, ...path)
  for (const folder of ['postfix', 'queue', 'data', 'run', 'log', 'mail', 'keys', 'dovecot', 'rspamd', 'sieve']) mkdirSync(at(folder))
  for (const folder of ['run', 'mail', 'log']) chmodSync(at(folder), 0o777)
  await run('chown', ['postfix', at('data')])
  const nameserver = dns.address.split(':')[0]!
  const ports: Record<Entry | 'rspamd-milter', number> = {
    dmarc: await freePort(),
    dkim: await freePort(),
    rspamd: await freePort(),
    bare: await freePort(),
    submission: await freePort(),
    inner: await freePort(),
    'rspamd-milter': await freePort(),
  }
  const keys = new Map<string, string>()
  const children = new Map<string, ChildProcess>()
  const start = (name: string, program: string, args: string[]): void => {
    const out = join(dir, 'log', `${name}.out`)
    const child = spawn('sh', ['-c', 'exec "$@" >>"$0" 2>&1', out, program, ...args], { stdio: 'ignore', detached: true })
    children.set(name, child)
  }
  const end = async (name: string): Promise<void> => {
    const child = children.get(name)
    children.delete(name)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await Promise.race([gone, sleep(5000)])
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // All of its group has ended.
    }
  }

  const logs = (): string =>
    readdirSync(at('log'))
      .map((name) => `== ${name}\n${readFileSync(at('log', name), 'utf8').split('\n').slice(-40).join('\n')}`)
      .join('\n')

  await certificates(at('keys'))
  writeFileSync(at('resolv.conf'), `nameserver ${nameserver}\n`)
  writePostfix()
  writeFilters()
  writeDovecot()

  const startPostfix = async () => {
    // Makes what is missing below the queue's folder, with the rights that Postfix wants.
    await run('postfix', ['-c', at('postfix'), 'check']).catch(() => undefined)
    start('postfix', '/usr/lib/postfix/sbin/master', ['-c', at('postfix'), '-d'])
    await Promise.all(Object.values(ports).map((port) => answering(port, { seconds: 120, logs })))
  }
  const stop = async () => {
    for (const name of children.keys()) await end(name)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    start('opendkim', '/usr/sbin/opendkim', ['-f', '-x', at('opendkim.conf')])
    start('opendmarc', 'unshare', [
      '-m',
      'sh',
      '-c',
      `mount --bind ${at('resolv.conf')} /etc/resolv.conf && exec /usr/sbin/opendmarc -f -c ${at('opendmarc.conf')}`,
    ])
    start('rspamd', '/usr/bin/rspamd', [
      '-f',
      '-i',
      '-c',
      '/etc/rspamd/rspamd.conf',
      '--var',
      `LOCAL_CONFDIR=${at('rspamd')}`,
      '--var',
      `DBDIR=${at('run')}`,
      '--var',
      `RUNDIR=${at('run')}`,
    ])
    start('dovecot', '/usr/sbin/dovecot', ['-F', '-c', at('dovecot', 'dovecot.conf')])
    await startPostfix()
    for (const socket of ['opendkim.sock', 'opendmarc.sock', 'lmtp', 'auth'])
      for (let patience = 200; !existsSync(at('run', socket)); patience--) {
        if (patience === 0) throw new Error(`${socket} did not come:\n${logs()}`)
        await sleep(50)
      }
  } catch (error) {
    await stop()
    throw error
  }

  function writePostfix(): void {
    const table = (name: string, lines: string[]) => {
      writeFileSync(at('postfix', name), `${lines.join('\n')}\n`)
      return `texthash:${at('postfix', name)}`
    }
    const main: Record<string, string> = {
      compatibility_level: '3.6',
      queue_directory: at('queue'),
      data_directory: at('data'),
      command_directory: '/usr/sbin',
      daemon_directory: '/usr/lib/postfix/sbin',
      mail_owner: 'postfix',
      setgid_group: 'postdrop',
      myhostname: 'mx.uni.example',
      mydomain: 'uni.example',
      myorigin: 'uni.example',
      mydestination: '',
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      // What pomoc sees of it.
      smtp_bind_address: '127.0.0.2',
      mynetworks: '127.0.0.3/32',
      maillog_file: at('log', 'postfix.log'),
      maillog_file_prefixes: '/tmp',
      virtual_mailbox_domains: DOMAINS.join(' '),
      virtual_mailbox_maps: table(
        'mailboxes',
        [...MAILBOXES, ...Object.keys(ours)].map((address) => `${address} 1`),
      ),
      virtual_transport: `lmtp:unix:${at('run', 'lmtp')}`,
      transport_maps: table('transport', [
        ...Object.entries(ours).map(([address, port]) => `${address} smtp:[127.0.0.1]:${port}`),
        'wolny.example smtp:[127.0.0.1]:9',
      ]),
      recipient_delimiter: '+',
      message_size_limit: '36700160',
      smtpd_tls_security_level: 'may',
      smtpd_tls_cert_file: at('keys', 'mx.pem'),
      smtpd_tls_key_file: at('keys', 'mx.key'),
      smtp_tls_security_level: 'may',
      smtpd_sasl_type: 'dovecot',
      smtpd_sasl_path: at('run', 'auth'),
      smtpd_relay_restrictions: 'permit_sasl_authenticated, permit_mynetworks, reject_unauth_destination',
      smtpd_authorized_xclient_hosts: '127.0.0.1',
      smtp_send_xforward_command: 'yes',
      smtpd_peername_lookup: 'no',
      disable_dns_lookups: 'yes',
      smtp_dns_support_level: 'disabled',
      milter_default_action: 'accept',
      milter_connect_timeout: '5s',
      minimal_backoff_time: '1s',
      maximal_backoff_time: '2s',
      queue_run_delay: '1s',
      delay_warning_time: '2s',
    }
    writeFileSync(
      at('postfix', 'main.cf'),
      `${Object.entries(main)
        .map(([key, value]) => `${key} = ${value}`)
        .join('\n')}\n`,
    )
    const dkim = `unix:${at('run', 'opendkim.sock')}`
    const dmarc = `unix:${at('run', 'opendmarc.sock')}`
    const entry = (name: Entry, options: string[]) => [
      `127.0.0.1:${ports[name]} inet n - n - - smtpd`,
      ...options.map((option) => `  -o ${option}`),
    ]
    const master = [
      ...entry('dmarc', [`smtpd_milters=${dkim},${dmarc}`]),
      ...entry('dkim', [`smtpd_milters=${dkim}`]),
      ...entry('rspamd', [`smtpd_milters=inet:127.0.0.1:${ports['rspamd-milter']}`]),
      ...entry('bare', []),
      ...entry('submission', [
        'smtpd_sasl_auth_enable=yes',
        'smtpd_tls_auth_only=yes',
        'smtpd_relay_restrictions=permit_sasl_authenticated,reject',
        'smtpd_authorized_xclient_hosts=',
      ]),
      ...entry('inner', [
        'smtpd_relay_restrictions=permit_mynetworks,permit_sasl_authenticated,reject',
        'mynetworks=127.0.0.0/8',
        'smtpd_authorized_xclient_hosts=',
      ]),
      'pickup unix n - n 60 1 pickup',
      'cleanup unix n - n - 0 cleanup',
      'qmgr unix n - n 1 1 qmgr',
      'tlsmgr unix - - n 1000? 1 tlsmgr',
      ...[
        'rewrite trivial-rewrite',
        'proxymap proxymap',
        'smtp smtp',
        'relay smtp',
        'error error',
        'retry error',
        'virtual virtual',
        'lmtp lmtp',
      ]
        .map((pair) => pair.split(' '))
        .map(([name, program]) => `${name} unix - - n - - ${program}`),
      // What must not run more than once, or as often as it likes.
      ...['bounce', 'defer', 'trace'].map((name) => `${name} unix - - n - 0 bounce`),
      ...['verify', 'anvil', 'scache'].map((name) => `${name} unix - - n - 1 ${name}`),
      'flush unix n - n 1000? 0 flush',
      'showq unix n - n - - showq',
      'postlog unix-dgram n - n - 1 postlogd',
    ]
    writeFileSync(at('postfix', 'master.cf'), `${master.join('\n')}\n`)
  }

  function writeFilters(): void {
    writeFileSync(at('ignore'), '127.0.0.99\n')
    writeFileSync(
      at('opendkim.conf'),
      [
        'Mode v',
        `Socket local:${at('run', 'opendkim.sock')}`,
        'UMask 000',
        'Syslog no',
        `Nameservers ${nameserver}`,
        'AuthservID mx.uni.example',
        'AlwaysAddARHeader yes',
        // Nobody is inside: pomoc's own signatures are looked at too.
        `InternalHosts ${at('ignore')}`,
        'UserID root',
        `PidFile ${at('run', 'opendkim.pid')}`,
        '',
      ].join('\n'),
    )
    writeFileSync(
      at('opendmarc.conf'),
      [
        'AuthservID mx.uni.example',
        'TrustedAuthservIDs mx.uni.example',
        `Socket local:${at('run', 'opendmarc.sock')}`,
        'UMask 000',
        'Syslog false',
        'RejectFailures false',
        'SPFSelfValidate true',
        `IgnoreHosts ${at('ignore')}`,
        'UserID root',
        `PidFile ${at('run', 'opendmarc.pid')}`,
        '',
      ].join('\n'),
    )
    // Debian's own configuration with what asks the world switched off.
    const local = at('rspamd', 'local.d')
    mkdirSync(local)
    const off = [
      'arc',
      'asn',
      'dkim_signing',
      'fuzzy_check',
      'greylist',
      'history_redis',
      'mx_check',
      'neural',
      'phishing',
      'ratelimit',
      'rbl',
      'replies',
      'surbl',
      'url_redirector',
    ]
    for (const module of off) writeFileSync(join(local, `${module}.conf`), 'enabled = false;\n')
    for (const worker of ['controller', 'normal', 'fuzzy']) writeFileSync(join(local, `worker-${worker}.inc`), 'enabled = false;\n')
    writeFileSync(join(local, 'actions.conf'), 'reject = null; greylist = null; add_header = null; rewrite_subject = null;\n')
    writeFileSync(join(local, 'logging.inc'), `type = "file"; filename = "${at('log', 'rspamd.log')}"; level = "notice";\n`)
    writeFileSync(
      join(local, 'options.inc'),
      `local_addrs = ["127.0.0.99"]; dns { nameserver = ["${nameserver}:53"]; } pidfile = "${at('run', 'rspamd.pid')}"; tempdir = "${at('run')}";\n`,
    )
    writeFileSync(
      join(local, 'worker-proxy.inc'),
      `milter = yes; bind_socket = "127.0.0.1:${ports['rspamd-milter']}"; count = 1; upstream "local" { default = yes; self_scan = yes; }\n`,
    )
    writeFileSync(
      join(local, 'milter_headers.conf'),
      'use = ["authentication-results"]; skip_local = false; skip_authenticated = false;\n' +
        'routines { authentication-results { header = "Authentication-Results"; authserv_id = "mx.uni.example"; remove = 1; } }\n',
    )
  }

  function writeDovecot(): void {
    writeFileSync(
      at('dovecot', 'users'),
      MAILBOXES.map((address) =>
        `${address}:{PLAIN}${PASSWORD}:::::: ${address.startsWith('pelna') ? 'userdb_quota_rule=*:bytes=1' : ''}`.trimEnd(),
      ).join('\n') + '\n',
    )
    writeFileSync(
      at('sieve', 'vacation.sieve'),
      'require ["vacation", "envelope"];\nif envelope :contains "to" "urlop@" {\n  vacation :days 1 :addresses ["urlop@partner.example"] "Jestem na urlopie.";\n}\n',
    )
    writeFileSync(
      at('dovecot', 'dovecot.conf'),
      `base_dir = ${at('run', 'dovecot')}
log_path = ${at('log', 'dovecot.log')}
protocols = lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = maildir:${at('mail')}/%u
mail_plugins = quota
submission_host = 127.0.0.1:${ports.inner}
hostname = imap.uni.example
postmaster_address = postmaster@uni.example
passdb {
  driver = passwd-file
  args = ${at('dovecot', 'users')}
}
userdb {
  driver = passwd-file
  args = ${at('dovecot', 'users')}
  default_fields = uid=nobody gid=nogroup home=${at('mail')}/%u
}
service lmtp {
  unix_listener ${at('run', 'lmtp')} {
    mode = 0666
  }
}
service auth {
  unix_listener ${at('run', 'auth')} {
    mode = 0666
  }
}
protocol lmtp {
  mail_plugins = quota sieve
}
plugin {
  quota = maildir:box
  sieve_before = ${at('sieve', 'vacation.sieve')}
}
`,
    )
    chmodSync(at('sieve'), 0o777)
  }

  return {
    caFile: at('keys', 'ca.pem'),
    port: (entry) => ports[entry],
    signedBy(domain) {
      let privateKey = keys.get(domain)
      if (!privateKey) {
        const pair = generateKeyPairSync('rsa', {
          modulusLength: 2048,
          publicKeyEncoding: { type: 'spki', format: 'der' },
          privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        })
        privateKey = pair.privateKey
        keys.set(domain, privateKey)
        dns.txt.set(`s1._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${pair.publicKey.toString('base64')}`)
      }
      return { domainName: domain, keySelector: 's1', privateKey }
    },
    async send({ raw, from, to, entry, client, login }) {
      const file = at('run', `mail-${Math.random().toString(36).slice(2)}.eml`)
      // swaks sends it as it stands (--no-data-fixup): with the dot that ends it, and dots doubled (RFC 5321 4.5.2).
      writeFileSync(file, `${raw.replace(/(\r\n)?$/, '').replace(/^\./gm, '..')}\r\n.\r\n`, 'latin1')
      const { stdout } = await run(
        'swaks',
        [
          '--server',
          '127.0.0.1',
          '--port',
          String(ports[entry]),
          '--helo',
          'mail.nadawca.example',
          '--from',
          from,
          '--to',
          [to].flat().join(','),
          '--data',
          `@${file}`,
          '--no-data-fixup',
          ...(client ? ['--xclient', `ADDR=${client} NAME=[UNAVAILABLE]`, '--xclient-optional'] : []),
          ...(login ? ['--tls', '--auth', 'PLAIN', '--auth-user', login, '--auth-password', PASSWORD] : []),
        ],
        { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      ).catch((error: Error & { stdout?: string; stderr?: string }) => {
        throw new Error(`swaks: ${error.stdout?.slice(-2000)}${error.stderr}\n${logs()}`)
      })
      return stdout
    },
    mailbox(address) {
      const files = ['new', 'cur'].flatMap((name) => {
        const folder = at('mail', address, name)
        return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : []
      })
      return files.sort().map((file) => readFileSync(file, 'utf8'))
    },
    log: logs,
    kill: end,
    startPostfix,
    stop,
  }
}

/** An authority and a certificate for mx.uni.example and 127.0.0.1, by openssl. */
async function certificates(dir: string): Promise<void> {
  const at = (name: string) => join(dir, name)
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=Campus CA',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  ])
  await run('openssl', [
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=mx.uni.example',
    '-keyout',
    at('mx.key'),
    '-out',
    at('mx.csr'),
  ])
  appendFileSync(at('mx.ext'), 'subjectAltName=DNS:mx.uni.example,DNS:localhost,IP:127.0.0.1\n')
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    at('mx.csr'),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-days',
    '2',
    '-extfile',
    at('mx.ext'),
    '-out',
    at('mx.pem'),
  ])
}
