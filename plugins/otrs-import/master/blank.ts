/**
 * Owns taking secrets out of what is kept of the source: logins of web services, mail accounts, directories and settings, keys, tokens and
 * hashes. What is blanked reads `***`, so that whoever reads it sees that something has to be entered anew.
 */
import { load, write } from './yaml.ts'

export const BLANK = '***'

/** A key that says that its value is a secret, however it is written: BasicAuthPassword, SearchUserPw, api_key, X-Token, PGP::Key::Password. */
const SECRET_KEY =
  /passw|has[lł]o|passphrase|passcode|(?:^|[^a-z])pass$|pwd|pw\d*$|secret|token|credential|(?:api|private|access|shared|sign|signing|ssl|crypt|encryption|pgp|smime|license|host|session)[-_ :]{0,2}key(?:s|data|file)?$|bearer|cookie|session[-_]?id$|nonce|salt$|hash$|dsn$|connection[-_]?string|challenge|otp|authenticator/i
/** Below these everything is of a login, but for what kind it is. */
const SECRET_TREE = /^auth(?:entication|orization)?$|^(?:ssl|tls|proxy)?credentials$|^x?-?authorization$/i
const HARMLESS_IN_TREE = /^(?:authtype|type)$/i
/** Logins beside a password: of a service, not of a person who reads. */
const LOGIN_KEY = /(?:auth|bind|search|proxy|smtp|imap|pop3?|db|database|basic|account|service)[-_ ]?user(?:name|dn)?$|^bind_?dn$/i
/** These only beside a secret: else they say whose a row is. */
const LOGIN_BESIDE = /^(?:user|login|user[-_]?name)$/i

/** Secrets that stand in the middle of a text, wherever it is. */
const IN_TEXT: readonly [RegExp, string][] = [
  // https://somebody:secret@host
  [/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"']{1,500}@/gi, `$1${BLANK}@`],
  [/\b(bearer|basic|digest|negotiate|apikey|token)(\s+)[A-Za-z0-9._~+/=-]{6,2000}/gi, `$1$2${BLANK}`],
  // What a password looks like once it is hashed.
  [/\$(?:1|2[abxy]?|5|6|apr1|argon2(?:id?|d))\$[A-Za-z0-9./$=,+-]{8,500}/g, BLANK],
  [/\bBCRYPT:\d{1,2}:[^\s:]{1,40}:[A-Za-z0-9./]{20,60}/g, BLANK],
]

export function blankText(text: string): string {
  let blanked = withoutSaid(withoutBlocks(text))
  for (const [pattern, by] of IN_TEXT) blanked = blanked.replace(pattern, by)
  return blanked
}

/** `token=`, `password: `, `'SearchUserPw' => `: a name and what stands between it and its value. */
const NAMED = /(?<![\p{L}\p{N}_.-]|::)((?:[\p{L}\p{N}_.-]|::)+)["'\]}]{0,3}\s{0,10}(?:=>|=|:(?!:))\s{0,10}/gu
const SECRET_WORD = /passw(?:or)?[dt]|passwd|has[lł]o|passphrase|pwd|secret|token|api[-_]?key|private[-_]?key|credential|pw\d{0,2}$/iu
/** In quotes, or up to what ends a word. A smart tag is no secret but the place of one. */
const VALUE = /(?!<(?:OTRS|OTOBO)_)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s,;&"'}\])][^\s,;&}\])]*)/uy

function withoutSaid(text: string): string {
  const parts: string[] = []
  let at = 0
  for (const found of text.matchAll(NAMED)) {
    const value = found.index + found[0].length
    if (value < at || !SECRET_WORD.test(found[1]!)) continue
    VALUE.lastIndex = value
    const said = VALUE.exec(text)
    if (!said) continue
    parts.push(text.slice(at, value), BLANK)
    at = value + said[0].length
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(at)
}

/** Blocks of PEM go, with all that follows where one never ends. */
function withoutBlocks(text: string): string {
  const parts: string[] = []
  for (let at = 0; ; ) {
    const begin = text.indexOf('-----BEGIN ', at)
    parts.push(text.slice(at, begin === -1 ? undefined : begin))
    if (begin === -1) return parts.join('')
    parts.push(BLANK)
    const end = text.indexOf('-----END ', begin)
    const last = end === -1 ? -1 : text.indexOf('-----', end + 9)
    if (last === -1) return parts.join('')
    at = last + 5
  }
}

/**
 * The same data without secrets. `under`: the name it is kept by, which may say itself that it is one (a setting
 * `AuthModule::LDAP::SearchUserPw`). Pairs like `{ Key: 'Password', Value: '…' }` and `{ job_key, job_value }` are looked at too.
 */
export function blank(value: unknown, under = ''): unknown {
  return walk(value, under.split(/::|###/).at(-1) ?? '', false, 0)
}

function walk(value: unknown, key: string, inTree: boolean, depth: number, beside = false): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value
  // Nothing that anybody wrote is that deep.
  if (depth > 60) return BLANK
  const secret =
    !NAME_OF_PAIR.test(key) &&
    (SECRET_KEY.test(key) || LOGIN_KEY.test(key) || (beside && LOGIN_BESIDE.test(key)) || (inTree && !HARMLESS_IN_TREE.test(key)))
  if (typeof value === 'string' || typeof value === 'number') {
    if (secret) return value === '' ? '' : BLANK
    return typeof value === 'number' ? value : blankNested(value, depth)
  }
  if (Buffer.isBuffer(value)) return secret ? BLANK : blankText(value.toString('latin1'))
  const below = inTree || SECRET_TREE.test(key) || (SECRET_KEY.test(key) && typeof value === 'object')
  if (Array.isArray(value)) return value.map((one) => walk(one, key, below, depth + 1))
  if (typeof value !== 'object') return BLANK
  const named = nameIn(value as Record<string, unknown>)
  const holdsSecret = Object.keys(value).some((own) => !NAME_OF_PAIR.test(own) && SECRET_KEY.test(own))
  return Object.fromEntries(
    Object.entries(value).map(([own, one]) => [
      blankText(own),
      named !== undefined && VALUE_OF_PAIR.test(own) ? walk(one, named, below, depth + 1) : walk(one, own, below, depth + 1, holdsSecret),
    ]),
  )
}

const NAME_OF_PAIR = /^(?:key|name|header|(?:job|preferences|item|event|profile|xml_content)_key)$/i
const VALUE_OF_PAIR = /^(?:value|content|(?:job|preferences|item|event|profile|xml_content|effective)_value)$/i
const nameIn = (object: Record<string, unknown>): string | undefined => {
  const [, named] = Object.entries(object).find(([key, value]) => NAME_OF_PAIR.test(key) && typeof value === 'string') ?? []
  return typeof named === 'string' ? (named.split(/::|###|[{}'"]+/).findLast((part) => part !== '') ?? '') : undefined
}

/** A text may be YAML or JSON itself. */
function blankNested(text: string, depth: number): string {
  const first = text.trimStart()[0]
  if (first === '{' || first === '[') {
    try {
      return JSON.stringify(walk(JSON.parse(text), '', false, depth + 1))
    } catch {
      // no JSON
    }
  }
  if (/^---|^\s*[\w"'-]{1,80}:\s/.test(text) && text.includes('\n')) return blankYaml(text, depth)
  return blankText(text)
}

/** As text again, to the letter where nothing in it was a secret. What is no YAML is looked through as plain text. */
export function blankYaml(text: string, depth = 0): string {
  const data = load(text)
  if (data === undefined || typeof data !== 'object') return blankText(text)
  const safe = walk(data, '', false, depth + 1)
  return JSON.stringify(safe) === JSON.stringify(data) ? blankText(text) : write(safe)
}
