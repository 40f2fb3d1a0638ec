/** Owns what must not compile of administered things: `npm run types` fails where one of these lines does. Nothing here runs. */
import { recordChange, type Subject, type Work } from '../../core/index.ts'

interface Values { name: string; room: string }
interface Form { name: string; room?: string }

const fields = { name: { words: 'field.name' }, room: { words: 'field.room' } }
const read = async (): Promise<Values> => ({ name: '', room: '' })
const put = async (): Promise<void> => {}
const about = { type: 'demo/printer', lies: 'said', words: 'subject.printer', fields } as const

export const right: Subject<Values, Form> = { ...about, right: 'unit', way: { read, put, form: ({ name, room }) => ({ name, room }) } }

// @ts-expect-error nobody may change it: a right is missing
export const withoutRight: Subject<Values, Form> = { ...about, way: { read, put, form: ({ name, room }) => ({ name, room }) } }

export const halfForm: Subject<Values, Form> = {
  ...about, right: 'unit',
  // @ts-expect-error `room` of the form is left out: going back would change nothing, or take it away
  way: { read, put, form: ({ name }) => ({ name }) },
}

export const withoutWords: Subject<Values, Form> = {
  ...about, right: 'unit', way: { read, put, form: ({ name, room }) => ({ name, room }) },
  // @ts-expect-error `room` would stand in the log as it is called in the table
  fields: { name: { words: 'field.name' } },
}

// @ts-expect-error no way back, and no reason
export const withoutReason: Subject<Values> = { ...about, right: 'unit', way: {} }

export function wrongChange(work: Work): void {
  recordChange(work, right, '1', { room: 'B12' }, { room: 'B14' })
  // @ts-expect-error `floor` is none of its values
  recordChange(work, right, '1', { floor: 1 }, { floor: 2 })
}
