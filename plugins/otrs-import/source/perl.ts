/** Owns the reading of Perl settings as text, never as a program: `$Self->{'Name'} = <data>;` in Kernel/Config.pm and generated files. */
import type { Setting } from './source.ts'

export interface PerlSettings {
  values: Map<string, Setting>
  /** Names of what is more than data – computed, or joined of parts –, and has to be looked at by a person. */
  unread: string[]
}

/** Settings of one file, in its order: a later one wins; `delete $Self->{…}` takes one away. 'A' => {'B'} of two steps is 'A###B'. */
export function readPerl(text: string): PerlSettings {
  const values = new Map<string, Setting>()
  const unread: string[] = []
  const reader = new Reader(text)
  for (let found = reader.nextAssignment(); found; found = reader.nextAssignment()) {
    if (found.deleted) values.delete(found.name)
    else if (found.value === undefined) unread.push(found.name)
    else values.set(found.name, found.value)
  }
  return { values, unread }
}

/** Without what stands behind __END__, and between =head and =cut: that is for people. */
function programOf(text: string): string {
  const lines: string[] = []
  let about = false
  for (const line of text.split('\n')) {
    if (line.startsWith('__END__') || line.startsWith('__DATA__')) break
    if (/^=[a-z]/.test(line)) about = !line.startsWith('=cut')
    else if (!about) lines.push(line)
  }
  return lines.join('\n')
}

class NotData extends Error {}

/** How deep data may lie in data; deeper is nobody's configuration. */
const DEEPEST = 60

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = programOf(text)
  }

  nextAssignment(): { name: string; deleted: boolean; value?: Setting } | undefined {
    while (this.at < this.text.length) {
      this.blank()
      const begun = this.at
      const deleted = this.word('delete')
      if (deleted) this.blank()
      if (!this.text.startsWith('$Self->{', this.at)) {
        this.at = Math.max(begun, this.at)
        this.step()
        continue
      }
      this.at += '$Self->'.length
      const name = this.orNothing(() => this.keys())
      if (name === undefined) continue
      this.blank()
      if (deleted) return { name, deleted: true }
      if (this.text[this.at] !== '=' || this.text[this.at + 1] === '~' || this.text[this.at + 1] === '=') continue
      this.at += 1
      const from = this.at
      const value = this.orNothing(() => this.value(0))
      this.blank()
      if (value !== undefined && (this.text[this.at] === ';' || this.text[this.at] === '}')) return { name, deleted: false, value }
      this.at = from
      return { name, deleted: false }
    }
    return undefined
  }

  /** `{'A'}->{'B'}` as 'A###B'. */
  private keys(): string | undefined {
    const keys: string[] = []
    while (this.text[this.at] === '{') {
      this.at += 1
      this.blank()
      const key = this.bareword() ?? this.quoted()
      this.blank()
      if (key === undefined || this.text[this.at] !== '}') return undefined
      this.at += 1
      keys.push(key)
      if (this.text.startsWith('->{', this.at)) this.at += 2
    }
    return keys.length > 0 ? keys.join('###') : undefined
  }

  private value(depth: number): Setting {
    if (depth > DEEPEST) throw new NotData()
    this.blank()
    const first = this.text[this.at]
    if (first === '{') {
      const entries: Record<string, Setting> = Object.create(null) as Record<string, Setting>
      for (const [key, value] of this.pairs(depth)) entries[key] = value
      return { ...entries }
    }
    if (first === '[') return this.list(']', depth)
    if (this.word('undef')) return null
    const text = this.quoted() ?? this.number()
    if (text === undefined) throw new NotData()
    return text
  }

  private pairs(depth: number): [string, Setting][] {
    this.at += 1
    const pairs: [string, Setting][] = []
    for (;;) {
      this.blank()
      if (this.text[this.at] === '}') break
      const key = this.quoted() ?? this.number() ?? this.bareword()
      this.blank()
      if (key === undefined || !(this.text.startsWith('=>', this.at) || this.text[this.at] === ',')) throw new NotData()
      this.at += this.text[this.at] === ',' ? 1 : 2
      pairs.push([key, this.value(depth + 1)])
      this.comma('}')
    }
    this.at += 1
    return pairs
  }

  private list(end: string, depth: number): Setting[] {
    this.at += 1
    const values: Setting[] = []
    for (;;) {
      this.blank()
      if (this.text[this.at] === end) break
      const words = this.words()
      if (words) values.push(...words)
      else values.push(this.value(depth + 1))
      this.comma(end)
    }
    this.at += 1
    return values
  }

  private comma(end: string): void {
    this.blank()
    if (this.text[this.at] === ',') this.at += 1
    else if (this.text[this.at] !== end) throw new NotData()
  }

  /** qw(one two): so many values of the list that it stands in. */
  private words(): string[] | undefined {
    const match = /^qw\s*([({[/|])/.exec(this.text.slice(this.at, this.at + 8))
    if (!match) return undefined
    const open = match[1]!
    const close = { '(': ')', '{': '}', '[': ']' }[open] ?? open
    const from = this.at + match[0].length
    const to = this.text.indexOf(close, from)
    if (to < 0) throw new NotData()
    this.at = to + 1
    return this.text.slice(from, to).split(/\s+/).filter(Boolean)
  }

  /** '…', "…", q{…}: double quotes only where nothing in them is to be filled in. */
  private quoted(): string | undefined {
    const quote = this.text[this.at]
    if (quote !== "'" && quote !== '"') {
      const begun = /^q\s*([{([|/])/.exec(this.text.slice(this.at, this.at + 6))
      if (!begun) return undefined
      const close = { '(': ')', '{': '}', '[': ']' }[begun[1]!] ?? begun[1]!
      const to = this.text.indexOf(close, this.at + begun[0].length)
      if (to < 0) throw new NotData()
      const text = this.text.slice(this.at + begun[0].length, to)
      this.at = to + 1
      return text
    }
    let text = ''
    for (let n = this.at + 1; n < this.text.length; n++) {
      const character = this.text[n]!
      if (character === quote) {
        this.at = n + 1
        return text
      }
      if (character === '\\') {
        n += 1
        text += quote === "'" ? this.escapedInSingle(this.text[n]!) : this.escapedInDouble(this.text[n]!)
      } else if (quote === '"' && (character === '$' || character === '@') && /[\w{$]/.test(this.text[n + 1] ?? '')) throw new NotData()
      else text += character
    }
    throw new NotData()
  }

  private escapedInSingle(character: string): string {
    return character === "'" || character === '\\' ? character : `\\${character}`
  }

  private escapedInDouble(character: string): string {
    if (character === 'n') return '\n'
    if (character === 't') return '\t'
    if (character === 'r') return '\r'
    if (/[a-zA-Z0-9]/.test(character)) throw new NotData()
    return character
  }

  private number(): string | undefined {
    const match = /^[-+]?\d[\d_]*(\.\d+)?/.exec(this.text.slice(this.at, this.at + 40))
    if (!match) return undefined
    this.at += match[0].length
    return match[0].replaceAll('_', '')
  }

  private bareword(): string | undefined {
    const match = /^-?[A-Za-z_]\w{0,200}/.exec(this.text.slice(this.at, this.at + 210))
    if (!match) return undefined
    this.at += match[0].length
    return match[0]
  }

  private word(word: string): boolean {
    if (!this.text.startsWith(word, this.at) || /\w/.test(this.text[this.at + word.length] ?? '')) return false
    this.at += word.length
    return true
  }

  /** Spaces and comments. */
  private blank(): void {
    for (;;) {
      const character = this.text[this.at]
      if (character === '#') {
        const end = this.text.indexOf('\n', this.at)
        this.at = end < 0 ? this.text.length : end
      } else if (character !== undefined && character.trim() === '') this.at += 1
      else return
    }
  }

  /** What it reads, or undefined where that is no data. */
  private orNothing<T>(read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (error instanceof NotData) return undefined
      throw error
    }
  }

  /** Past one word, text or character of what is no assignment. */
  private step(): void {
    const character = this.text[this.at]
    if ((character === "'" || character === '"') && this.orNothing(() => this.quoted()) !== undefined) return
    if (this.bareword() === undefined) this.at += 1
  }
}
