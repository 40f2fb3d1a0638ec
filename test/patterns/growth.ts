/** Owns measuring how a pattern's work grows with the length of its text. */
import { attacksOn, textOf, type Attack } from './attacks.ts'

/** Characters of the first look; four times as many are the last. */
const LENGTH = 4096
/** Repetitions at which a pattern that tries every division has not yet stopped the test, and is already seen. */
const FEW = [12, 18, 24, 34, 46, 64, 90]
/** Milliseconds of this thread. A pattern that looks at each character once needs half of it for 4096 of them. */
const NOTABLE = 0.2

/**
 * The first attack under which twice the text costs much more than twice the time; undefined where none does. Only what is
 * notably slow is measured again, longer and several times, so that a busy machine makes nothing of nothing.
 */
export function growsFasterThanItsText(pattern: RegExp): Attack | undefined {
  const all = new RegExp(pattern.source, pattern.flags.replace(/^(?!.*g)/, 'g'))
  const took = (text: string, tries: number): number => {
    let least = Infinity
    // What others do on this machine meanwhile does not count.
    for (let i = 0; i < tries && least > NOTABLE / 4 && !(i > 0 && least > 5); i++) {
      const before = process.threadCpuUsage()
      text.replace(all, '')
      // The system knows the sum well and parts it by guess.
      const { user, system } = process.threadCpuUsage(before)
      least = Math.min(least, (user + system) / 1000)
    }
    return least
  }
  const grows = (attack: Attack): boolean => {
    if (FEW.some((times) => took(textOf(attack, times * attack.pump.length), 3) > 3)) return true
    if (took(textOf(attack, LENGTH / 32), 3) > 1.5 || took(textOf(attack, LENGTH / 8), 3) > 4) return true
    let before = took(textOf(attack, LENGTH), 3)
    if (before <= NOTABLE) return false
    for (const more of [2, 4]) {
      const now = took(textOf(attack, more * LENGTH), 2)
      // Twice the text: twice the time, or four times.
      if (now / before < 3) return false
      before = now
    }
    return true
  }
  return attacksOn(pattern).find((attack) => grows(attack) && grows(attack))
}
