/** Owns what must not compile of places: `npm run types` fails where one of these lines does. Nothing here runs. */
import { definePlugin, type Host, type PageContext, type SlotFills, type Ticket } from 'pomoc'

export const filler = definePlugin({
  name: 'filler', api: 1, scope: 'unit',
  slots: {
    'desk.ticket.side': { order: 1, render: ({ ticket }) => <p>{ticket.title}</p> },
    'desk.list.row': { order: 1, load: async (rows) => rows.map(({ ticket }) => ticket.id), render: ({ ticket }) => ticket.title },
  },
})

export const nowhere = definePlugin({
  name: 'filler', api: 1, scope: 'unit',
  // @ts-expect-error no such place
  slots: { 'desk.ticket.sida': { order: 1, render: () => null } },
})
export const offers = definePlugin({
  name: 'filler', api: 1, scope: 'unit',
  // @ts-expect-error what is handed over stands in Places first
  places: { 'filler.side': '{ ticket }' },
})

export const fills: SlotFills = {
  // @ts-expect-error a filling has an order
  'portal.home': { render: () => null },
  // @ts-expect-error the head knows its frame, and no ticket
  'document.head': { order: 1, render: ({ ticket }) => <meta content={ticket} /> },
  // @ts-expect-error a frame has one of four names
  'page.footer': { order: 1, render: ({ frame }) => frame === 'dask' ? null : <p /> },
}

export async function fillsIn({ slots }: Host, c: PageContext, ticket: Ticket): Promise<void> {
  await slots.fill('desk.ticket.side', { ticket }, c)
  await slots.fill('desk.rail', {}, c)
  // @ts-expect-error the place is promised a ticket
  await slots.fill('desk.ticket.side', {}, c)
  // @ts-expect-error and a whole one
  await slots.fill('desk.ticket.side', { ticket: { id: ticket.id } }, c)
  // @ts-expect-error no such place
  await slots.fill('desk.ticket.sida', { ticket }, c)
  // @ts-expect-error nothing is handed over here
  await slots.fill('desk.rail', { ticket }, c)
}
