/** Owns the round sign of a person: initials. */

/** "Jan Maria Kowalski" → "JK"; "biuro@uni.example" → "B"; a name without letters → "?". */
export function initials(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s.,;_-]+/)
    .filter((word) => /^\p{L}/u.test(word))
  const first = words[0]?.match(/^\p{L}/u)?.[0] ?? '?'
  const last = words.length > 1 ? words.at(-1)!.match(/^\p{L}/u)![0] : ''
  return (first + last).toLocaleUpperCase('pl')
}

/** Beside the name it is decoration; alone give `alone`, and the name is heard and shown on hover. */
export const Avatar = ({ name, alone, small }: { name: string; alone?: boolean; small?: boolean }) => (
  <span
    class={`avatar${small ? ' avatar-small' : ''}`}
    {...(alone ? { role: 'img', 'aria-label': name, title: name } : { 'aria-hidden': 'true' })}
  >
    {initials(name)}
  </span>
)
