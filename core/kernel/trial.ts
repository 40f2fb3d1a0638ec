/** Owns trying an act: it runs as it would, in a transaction that is always taken back. */
import type { Actor } from './actor.ts'
import type { Work } from './work.ts'

interface Room {
  work<T>(actor: Actor, run: (work: Work) => Promise<T>): Promise<T>
}

/** What `run` answers; nothing of what it did stands. Whatever it throws is thrown. Numbers taken from sequences are used up. */
export async function onTrial<T>(room: Room, actor: Actor, run: (work: Work) => Promise<T>): Promise<T> {
  let answer: { is: T } | undefined
  try {
    await room.work(actor, async (work) => {
      answer = { is: await run(work) }
      throw new TakeBack()
    })
  } catch (error) {
    if (!(error instanceof TakeBack)) throw error
  }
  return answer!.is
}

/** Ends the transaction: what stands in it is gone. */
class TakeBack extends Error {}
