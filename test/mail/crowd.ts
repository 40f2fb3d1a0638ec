/** Owns a crowd of mail servers: each mail on a connection of its own, from an address of its own; what it met is counted. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from 'nodemailer'

export interface Crowd {
  /** Mails that were answered 250. */
  accepted: Set<number>
  /** What else came instead of 250: 'ECONNREFUSED', '421 …'. */
  refusals: string[]
  /** The longest that a mail took from its first attempt to 250, in milliseconds. */
  slowest: number
}

export const newCrowd = (): Crowd => ({ accepted: new Set(), refusals: [], slowest: 0 })
export const subjectOf = (n: number): string => `zgłoszenie ${String(n).padStart(5, '0')}`

/** Delivers mail `n`; with `retry` again and again until 250, as a mail server does, always the very same bytes. */
export async function deliver(crowd: Crowd, port: number, n: number, { retry = false, files = 0 } = {}): Promise<void> {
  const begun = performance.now()
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    localAddress: `127.0.${1 + Math.floor(n / 200)}.${1 + (n % 200)}`,
    ignoreTLS: true,
  })
  const mail = {
    from: `Osoba ${n} <osoba${n}@klient.example>`,
    to: 'pomoc@uni.example',
    subject: subjectOf(n),
    text: `Treść ${n}: zażółć gęślą jaźń.`,
    messageId: `<${n}@klient.example>`,
    date: new Date('2026-11-20T10:00:00Z'),
    attachments: Array.from({ length: files }, (_, i) => ({ filename: `plik ${i}.txt`, content: `${i} `.repeat(9000) })),
  }
  const raw = (await createTransport({ streamTransport: true, buffer: true }).sendMail(mail)).message as Buffer
  for (;;) {
    try {
      await transport.sendMail({ envelope: { from: `osoba${n}@klient.example`, to: 'pomoc@uni.example' }, raw })
      crowd.accepted.add(n)
      crowd.slowest = Math.max(crowd.slowest, performance.now() - begun)
      break
    } catch (error) {
      const { code, response, message } = error as { code?: string; response?: string; message: string }
      crowd.refusals.push(response ?? `${code} ${message}`)
      if (!retry) break
      await sleep(100)
    }
  }
  transport.close()
}

/** So many deliveries may be under way at once: a machine too busy for the wanted rate gets fewer. */
const AT_ONCE = 60

/** Begins a delivery `perSecond` times a second until `enough`. Answers the next number. */
export async function stream(
  crowd: Crowd,
  port: number,
  {
    from,
    perSecond,
    enough,
    retry = false,
  }: {
    from: number
    perSecond: number
    enough: () => boolean
    retry?: boolean
  },
): Promise<number> {
  const begun = performance.now()
  const all: Promise<void>[] = []
  let underWay = 0
  let n = from
  while (!enough()) {
    for (; underWay < AT_ONCE && n - from < ((performance.now() - begun) / 1000) * perSecond; n++) {
      underWay++
      all.push(
        deliver(crowd, port, n, { retry }).finally(() => {
          underWay--
        }),
      )
    }
    await sleep(5)
  }
  await Promise.all(all)
  return n
}
