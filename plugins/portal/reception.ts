/** Owns where what is asked on the portal goes, who answers it, and when it is taken up. */
import {
  calendarOfQueue, destinationOf, findQueue, findQueueByName, readAddressBook, receive, sayReceipt, sayReceiptReason, senderOfQueue,
  type Calendar, type Host, type Id, type Language, type Queue,
} from '../../core/index.ts'
import { unitName } from './unit.store.ts'

export interface Reception {
  queue: Queue
  /** Name of the unit that answers. */
  unit: string
  /** The address one can write to instead. */
  address: string
  calendar: Calendar
}

/** The queue of the setting, else the one that the site's address leads to. */
export async function findReception(host: Host, queueName: string, language: Language): Promise<Reception> {
  const { db, config } = host
  const named = queueName.trim() === '' ? undefined : await findQueueByName(db, queueName.trim())
  const book = await readAddressBook(db, config)
  const queueId: Id = named?.valid ? named.id : destinationOf(book, config.mailAddress)?.queueId ?? book.defaultQueue
  const queue = await findQueue(db, queueId)
  if (!queue) throw new Error(`there is no queue ${queueId}`)
  const [unit, sender, calendar] = await Promise.all([
    unitName(db, queue.unitId, language), senderOfQueue(db, queue.id, { address: config.mailAddress, name: config.mail.fromName }), calendarOfQueue(db, queue.id),
  ])
  return { queue, unit, address: sender.address, calendar }
}

/** When something sent at `now` is taken up: null at once, else why not and when, as clauses. */
export function promise(calendar: Calendar, language: Language, now: Date): { reason: string; receipt: string } | null {
  const receipt = receive(calendar, now, language)
  if (receipt.receivedAt <= now) return null
  return { reason: sayReceiptReason(receipt, calendar, language, now), receipt: sayReceipt(receipt, calendar, language, now) }
}
