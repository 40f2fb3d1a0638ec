import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { hash } from '@node-rs/argon2'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkPassword, hashChosenPassword, hashPassword } from './password.ts'
import { guessesOf } from './secret/strength.ts'

const own = ['jkowalski', 'Jan Kowalski', 'jan.kowalski@uni.example']
const refusalOf = (password: string) =>
  hashChosenPassword(password, own).then(
    () => 'taken',
    (error: { code?: string }) => error.code,
  )

it('what is common, in Polish too, or the owner’s own is refused; words that nothing ties together are taken', async () => {
  const common = [
    'administrator',
    'password1234',
    'Administrator1',
    'qwertyuiop12',
    'zaq12wsxcde3',
    '123456789012',
    'aaaaaaaaaaaa',
    'haslohaslo12',
    'matematyka123',
    'misiaczek1234',
    'polska123456',
    'uniwersytet26',
    'jkowalski2024',
    'p4$$w0rdp4$$w0rd',
    'password'.repeat(12),
  ]
  expect(Object.fromEntries(await Promise.all(common.map(async (one) => [one, await refusalOf(one)])))).toEqual(
    Object.fromEntries(common.map((one) => [one, 'password.common'])),
  )
  const good = ['kawa parasol turbina ogórek', 'x7Gq!p0Lw2Zr', 'dobre hasło na próbę', 'zaświeć trzynaście']
  for (const one of good) expect([one, await refusalOf(one)]).toEqual([one, 'taken'])
})

it('has twelve characters at least, whatever bytes they take, and is never cut', async () => {
  expect(await refusalOf('łódka-Ćma9!')).toBe('password.too-short')
  expect(await refusalOf('łódka-Ćma9!ż')).toBe('taken')
  expect(await refusalOf('kawa '.repeat(201))).toBe('password.too-long')
  const long = `${'kawa parasol turbina ogórek '.repeat(10)}koniec`
  expect(await checkPassword(await hashPassword(long), long.slice(0, -1))).toBe(false)
})

it('one of before, shorter or common, goes on until it is changed', async () => {
  const before = await hash('password12')
  expect(await checkPassword(before, 'password12')).toBe(true)
})

it('is judged beside the pages: meanwhile the process goes on', async () => {
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  // Takes long: half a second for so many characters as are looked at.
  await guessesOf('p4$$w0rd'.repeat(100), own)
  clearInterval(turning)
  expect(turns).toBeGreaterThan(2)
})

it('any text is judged without a fault', () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (text) => {
      expect(await guessesOf(text, [text.slice(0, 3)])).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 40 },
  ))

it('is hashed in threads that get what the pages leave of the processors, one less than there are of them', async () => {
  const kept = await hashPassword('kawa parasol turbina')
  expect(
    await Promise.all([checkPassword(kept, 'kawa parasol turbina'), checkPassword(kept, 'kawa parasol'), checkPassword(null, 'kawa')]),
  ).toEqual([true, false, false])
  expect(await checkPassword('!', 'kawa')).toBe(false)
  if (process.platform !== 'linux') return
  // proc(5): after the name in brackets state is the third field, the nice value the nineteenth.
  const nice = readdirSync('/proc/self/task').map((id) =>
    Number(readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[16]),
  )
  const polite = nice.filter((one) => one === constants.priority.PRIORITY_LOW).length
  expect(polite).toBeGreaterThanOrEqual(1)
  expect(polite).toBeLessThan(nice.length)
})
