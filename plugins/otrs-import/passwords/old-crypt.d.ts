/** Owns the types of two libraries that bring none: crypt(3) with DES, and MD5 with a salt. */
declare module 'unix-crypt-td-js' {
  /** Bytes as numbers; of the salt the first two. */
  export default function crypt(password: readonly number[], salt: string): string
}
declare module 'apache-md5' {
  /** `password`: a character for each byte; `salt`: '$1$salt$' or '$apr1$salt$'. */
  export default function md5Crypt(password: string, salt: string): string
}
