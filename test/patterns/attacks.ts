/** Owns texts on which a pattern may work long: what it repeats, what leads there, and an end that does not fit. */

/** A pattern's parts, as far as they are needed to make texts of it. */
type Part =
  | { kind: 'one'; source: string }
  | { kind: 'row'; parts: Part[] }
  | { kind: 'choice'; parts: Part[] }
  | { kind: 'look'; part: Part }
  | { kind: 'repeat'; part: Part; min: number; max: number }

/** What is repeated so often may be repeated for ever, as far as work goes. */
const MANY = 10
const ALPHABET = [...'aAzeb09 _-.,:;<>()[]{}"\'/\\=?!@#%&*+|$^~x\n\r\t', ...'łĄé„”–¹\u0085\u0301\u200e\u2028\u00a0я漢😀\0']
/** Ends that hardly anything fits. */
const TAILS = ['\0', '!\n', 'a']

export interface Attack {
  head: string
  pump: string
  tail: string
}

/** The text with the pump so often that it is about `length` characters long, but at least once. */
export const textOf = ({ head, pump, tail }: Attack, length: number): string =>
  head + pump.repeat(Math.max(1, Math.floor(length / pump.length))) + tail

/** Texts to try a pattern with; none where it repeats nothing without end. */
export function attacksOn(pattern: RegExp): Attack[] {
  const root = read(pattern.source)
  const flags = pattern.flags.replace(/[gyd]/g, '')
  const ones = new Map<string, string[]>()
  const charsOf = (source: string): string[] => {
    let chars = ones.get(source)
    if (!chars) {
      const one = tryPattern(`^(?:${source})$`, flags)
      chars = one ? ALPHABET.filter((char) => one.test(char)).slice(0, 6) : []
      const literal = /^\\?[^\\[.]$/u.test(source) && !/^\\[a-z]$/i.test(source) ? [source.replace(/^\\(?=.)/u, '')] : []
      chars = [...new Set([...literal, ...chars])]
      ones.set(source, chars)
    }
    return chars
  }
  const samplesOf = (part: Part): string[] => {
    switch (part.kind) {
      case 'one':
        return charsOf(part.source).slice(0, 4)
      case 'row': {
        const each = part.parts.map(samplesOf)
        return [0, 1, 2].map((nth) => each.map((samples) => samples[nth] ?? samples[0] ?? '').join(''))
      }
      case 'choice':
        return part.parts.flatMap((one) => samplesOf(one).slice(0, 2)).slice(0, 10)
      case 'look':
        return ['']
      case 'repeat': {
        const samples = samplesOf(part.part)
        return [...samples.slice(0, 2).map((sample) => sample.repeat(Math.max(part.min, 1))), samples.slice(0, 1).join('').repeat(part.min)]
      }
    }
  }
  const pumps = new Set<string>()
  const heads = new Set<string>(['', '\0'])
  let repeats = 0
  const visit = (part: Part, before: string[]): void => {
    if (part.kind === 'choice') for (const one of part.parts) visit(one, before)
    if (part.kind === 'look') visit(part.part, before)
    if (part.kind === 'row') {
      let leads = before
      for (const one of part.parts) {
        visit(one, leads)
        const samples = samplesOf(one)
        leads = [0, 1].map((nth) => (leads[nth] ?? leads[0] ?? '') + (samples[nth] ?? samples[0] ?? ''))
        for (const lead of leads) pumps.add(lead)
      }
    }
    if (part.kind === 'repeat') {
      visit(part.part, before)
      if (part.max - part.min < MANY) return
      repeats++
      for (const lead of before) heads.add(lead)
      for (const sample of samplesOf(part.part)) {
        pumps.add(sample)
        for (const lead of before) pumps.add(lead + sample)
      }
    }
  }
  visit(root, [''])
  if (repeats === 0) return []
  for (const sample of samplesOf(root)) pumps.add(sample)
  const singles = [...new Set([...ones.values()].flatMap((chars) => chars.slice(0, 2)))].slice(0, 16)
  for (const one of singles) pumps.add(one)
  for (const one of singles.slice(0, 7)) for (const other of singles.slice(0, 7)) if (one !== other) pumps.add(one + other)
  pumps.delete('')
  return [...pumps].slice(0, 90).flatMap((pump) => [...heads].slice(0, 6).flatMap((head) => TAILS.map((tail) => ({ head, pump, tail }))))
}

function tryPattern(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

/** Reads a pattern (ECMA-262 22.2.1) as far as is needed here: names of groups, references and assertions without width are passed by. */
function read(source: string): Part {
  const text = [...source]
  let at = 0
  const rest = (count: number) => text.slice(at, at + count).join('')

  function choice(): Part {
    const parts = [row()]
    while (text[at] === '|') {
      at++
      parts.push(row())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }
  function row(): Part {
    const parts: Part[] = []
    while (at < text.length && text[at] !== '|' && text[at] !== ')') {
      const part = one()
      const times = part && quantity()
      if (part) parts.push(times ? { kind: 'repeat', part, ...times } : part)
    }
    return { kind: 'row', parts }
  }
  function one(): Part | undefined {
    const start = at
    const char = text[at++]!
    if (char === '^' || char === '$') return undefined
    if (char === '(') {
      const look = /^\?<?[=!]/.exec(rest(3))?.[0]
      const lead = look ?? /^\?(?:<[^>]*>|[a-z-]*:)/.exec(text.slice(at).join(''))?.[0] ?? ''
      at += [...lead].length
      const part = choice()
      at++
      return look ? { kind: 'look', part } : part
    }
    if (char === '[') {
      for (; at < text.length && text[at] !== ']'; at++) if (text[at] === '\\') at++
      at++
    } else if (char === '\\') {
      const kind = text[at++]!
      if (kind === 'b' || kind === 'B') return undefined
      if (/[1-9]/.test(kind)) return undefined
      if (/[pPk]/.test(kind) || (kind === 'u' && text[at] === '{')) {
        while (at < text.length && !/[}>]/.test(text[at]!)) at++
        at++
        if (kind === 'k') return undefined
      } else if (kind === 'u') at += 4
      else if (kind === 'x') at += 2
      else if (kind === 'c') at += 1
    }
    return { kind: 'one', source: text.slice(start, at).join('') }
  }
  function quantity(): { min: number; max: number } | undefined {
    const said = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest(16))
    if (!said) return undefined
    at += said[0].length
    const sign = said[0][0]
    if (sign === '*') return { min: 0, max: Infinity }
    if (sign === '+') return { min: 1, max: Infinity }
    if (sign === '?') return { min: 0, max: 1 }
    const min = Number(said[1])
    return { min, max: said[2] === '' ? min : said[3] === '' ? Infinity : Number(said[3]) }
  }
  return choice()
}
