import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dkimCommand } from '../../cli/dkim.ts'
import { loadConfig, type Config } from '../../machine/config.ts'
import { checkDkim, type TextDns } from '../../doctor/dkim.ts'
import { eventually, startStation, type Station } from '../../../test/mail/station.ts'
import { dkimRecord, dkimRecordName, keyFor, makeDkimKey, recordFits } from './dkim.ts'
import { queueMail } from '../outbound.ts'

const dir = mkdtempSync(join(tmpdir(), 'pomoc-dkim-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const key = makeDkimKey()
const keyFile = join(dir, 'uni.pem')
writeFileSync(keyFile, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })

describe('the key for a sender', () => {
  const of = (domain: string) => ({ domain, selector: 's', keyFile: `/${domain}` })
  const keys = [of('uni.example'), of('wm.uni.example'), of('żółw.example')]
  it.each([
    ['Pomoc <pomoc@uni.example>', 'uni.example'],
    ['pomoc@WM.uni.example', 'wm.uni.example'],
    ['a@it.wm.uni.example', 'wm.uni.example'],
    ['a@inne.uni.example', 'uni.example'],
    ['a@nieuni.example', undefined],
    ['a@uni.example.zly.example', undefined],
    ['"x@uni.example" <a@obcy.example>', undefined],
    ['a@xn--w-uga1v8h.example', 'żółw.example'],
  ])('%s: %s', (from, domain) => expect(keyFor(keys, from)?.domain).toBe(domain))
})

describe('what leaves', () => {
  let station: Station
  beforeAll(async () => {
    station = await startStation({ mail: { dkim: [{ domain: 'uni.example', selector: 'pomoc', keyFile }] } })
  })
  afterAll(() => station.stop())
  const send = (subject: string, more = {}) =>
    station.make.asSystem((work) =>
      queueMail(work, {
        kind: 'notification',
        from: { address: 'pomoc@uni.example', name: 'Zażółć' },
        to: ['a@b.example'],
        subject,
        body: 'Dzień dobry,\n\n.kropka\nFrom here on żółć.',
        ...more,
      }),
    )

  it('is signed so that a receiver who asks DNS finds it whole: text, HTML and files', async () => {
    await send('podpisany ąę')
    const { raw } = await station.sink.waitFor(({ parsed }) => parsed.subject === 'podpisany ąę')
    const asked: string[] = []
    const resolver = async (name: string, type: string) => {
      asked.push(`${type} ${name}`)
      return [[dkimRecord(key)]]
    }
    const result = await dkimVerify(raw, { resolver } as never)
    expect(result.results[0]).toMatchObject({
      signingDomain: 'uni.example',
      selector: 'pomoc',
      status: { result: 'pass', aligned: 'uni.example' },
    })
    expect(asked).toContain('TXT pomoc._domainkey.uni.example')
    const verdictOf = async (text: string) =>
      (await dkimVerify(Buffer.from(text, 'latin1'), { resolver } as never)).results[0]!.status.result
    const text = raw.toString('latin1')
    expect(await verdictOf(text.replace(/kropka/, 'kreska'))).not.toBe('pass')
    // A second field beside ours, or one where we wrote none, above or below: many programs show that one.
    for (const field of [
      'From: prezes@uni.example',
      'Reply-To: zly@obcy.example',
      'Cc: zly@obcy.example',
      'Subject: Inny',
      'To: x@y.example',
    ]) {
      expect(await verdictOf(`${field}\r\n${text}`), `${field} on top`).not.toBe('pass')
      expect(await verdictOf(text.replace('\r\n\r\n', `\r\n${field}\r\n\r\n`)), `${field} below`).not.toBe('pass')
    }
    for (const field of ['Received: from a by b', 'List-Id: <lista@lists.example>', 'Sender: lista@lists.example'])
      expect(await verdictOf(`${field}\r\n${text}`), field).toBe('pass')
  })

  it('is signed with an Ed25519 key too', async () => {
    const ed25519 = generateKeyPairSync('ed25519').privateKey
    writeFileSync(keyFile, ed25519.export({ type: 'pkcs8', format: 'pem' }))
    await send('krótki klucz', { kind: 'reply' })
    const { raw } = await station.sink.waitFor(({ parsed }) => parsed.subject === 'krótki klucz')
    writeFileSync(keyFile, key.export({ type: 'pkcs8', format: 'pem' }))
    const { results } = await dkimVerify(raw, { resolver: async () => [[dkimRecord(ed25519)]] } as never)
    expect(results[0]).toMatchObject({ algo: 'ed25519-sha256', status: { result: 'pass' } })
  })

  it('bears no signature where no key is for the sender', async () => {
    await send('bez podpisu', { from: { address: 'a@obcy.example', name: '' } })
    const { parsed } = await station.sink.waitFor(({ parsed: one }) => one.subject === 'bez podpisu')
    expect(parsed.headers.has('dkim-signature')).toBe(false)
  })

  it('waits when the key cannot be used, and says why', async () => {
    const broken = join(dir, 'zepsuty.pem')
    writeFileSync(broken, 'nie klucz')
    station.config.mail.dkim.push({ domain: 'zepsuty.example', selector: 's', keyFile: broken })
    const id = await send('czeka na klucz', { from: { address: 'a@zepsuty.example', name: '' } })
    await eventually(
      async () =>
        await station.database.db
          .selectFrom('outbound_mail')
          .select(['state', 'last_error'])
          .where('id', '=', id)
          .executeTakeFirstOrThrow(),
    ).toMatchObject({ state: 'queued', last_error: expect.stringContaining(`the DKIM key of zepsuty.example in ${broken} cannot be used`) })
  })
})

describe('doctor and command', () => {
  let config: Config
  beforeAll(async () => {
    const read = await loadConfig({ env: { POMOC_DATA_DIR: dir, POMOC_MAIL_ADDRESS: 'pomoc@uni.example' } })
    config = {
      ...read,
      smarthostUrl: 'smtp://127.0.0.1',
      mail: { ...read.mail, dkim: [{ domain: 'uni.example', selector: 'pomoc', keyFile }] },
    }
  })
  const dns = (answer: () => Promise<string[][]>): TextDns => ({ resolveTxt: answer }) as TextDns
  const missing = async (): Promise<never> => {
    throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
  }

  it('says whether DNS and key fit, in one sentence each with what to do', async () => {
    const record = dkimRecord(key)
    expect(
      await checkDkim(
        { config },
        dns(async () => [['v=spf1 -all'], [record.slice(0, 200), record.slice(200)]]),
      ),
    ).toMatchObject([{ state: 'ok' }])
    expect(
      await checkDkim(
        { config },
        dns(async () => [[dkimRecord(makeDkimKey())]]),
      ),
    ).toMatchObject([{ state: 'fail', remedy: expect.stringContaining(record) }])
    expect(await checkDkim({ config }, dns(missing))).toMatchObject([
      { state: 'fail', says: expect.stringContaining('pomoc._domainkey.uni.example') },
    ])
    expect(
      await checkDkim(
        { config },
        dns(async () => {
          throw Object.assign(new Error('x'), { code: 'ETIMEOUT' })
        }),
      ),
    ).toMatchObject([{ state: 'warn', says: expect.stringContaining('does not answer') }])
    chmodSync(keyFile, 0o644)
    expect(await checkDkim({ config }, dns(missing))).toMatchObject([{ state: 'warn', remedy: `Run "chmod 600 ${keyFile}".` }])
    chmodSync(keyFile, 0o600)
    expect(await checkDkim({ config: { ...config, mail: { ...config.mail, dkim: [] } } }, dns(missing))).toMatchObject([
      { state: 'ok', says: expect.stringContaining('signs nothing') },
    ])
    expect(recordFits(`v=DKIM1;k=rsa; p=${record.slice(record.indexOf('p=') + 2, 60)} ${record.slice(60)}`, key)).toBe(true)
  })

  it('makes a key that only its owner can read, prints the record, and leaves a key that is there', async () => {
    process.env['POMOC_DATA_DIR'] = dir
    const pomoc = async (...words: string[]): Promise<string> => {
      let said = ''
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
        said += String(text)
        return true
      })
      const program = new Command('pomoc').exitOverride()
      dkimCommand(program)
      await program.parseAsync(words, { from: 'user' }).finally(() => vi.restoreAllMocks())
      return said
    }
    try {
      const first = await pomoc('dkim-key', 'nowa.example', '--selector', 's2026')
      const path = join(dir, 'dkim', 'nowa.example.s2026.pem')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(first).toContain(`${dkimRecordName('nowa.example', 's2026')}. IN TXT "v=DKIM1; k=rsa; p=`)
      for (const piece of [...first.matchAll(/"([^"]*)"/g)].map((match) => match[1]!)) expect(piece.length).toBeLessThanOrEqual(255)
      const recordOf = (text: string) => /IN TXT (.*)/.exec(text)?.[1]
      expect(recordOf(await pomoc('dkim-key', 'nowa.example', '--selector', 's2026'))).toBe(recordOf(first))
      await expect(pomoc('dkim-key', 'bez kropki')).rejects.toThrow('is no mail domain')
    } finally {
      delete process.env['POMOC_DATA_DIR']
    }
  })
})
