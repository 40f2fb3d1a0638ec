/** Owns the types of what pomoc uses of libmime, which brings none. */
declare module 'libmime' {
  export class Libmime {
    constructor(config?: object)
    decodeWord(charset: string, encoding: string, text: string): string
    decodeWords(text: string): string
    parseHeaderValue(value: string): { value: string | false; params: Record<string, string> }
    normalizeCharset(name: string): string
    detectMimeType(name: string): string
  }
  const libmime: Libmime & { Libmime: typeof Libmime }
  export default libmime
}
