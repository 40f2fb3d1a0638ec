/** Owns what must not compile of facts: `npm run types` fails where one of these lines does. Nothing here runs. */
import { definePlugin, type Fact, type Work } from 'pomoc'

export function told(work: Work): void {
  work.emit('ticket.moved', { ticketId: '1', data: { from: '1', to: '2' } })
  work.emit('ticket.title-changed', { ticketId: '1' })
  work.emit('plugin.suspended', { data: { plugin: 'care' } })
  // @ts-expect-error there is no such fact
  work.emit('ticket.muved', { ticketId: '1', data: { from: '1', to: '2' } })
  // @ts-expect-error a move says from where to where
  work.emit('ticket.moved', { ticketId: '1' })
  // @ts-expect-error a ticket is always in a queue
  work.emit('ticket.moved', { ticketId: '1', data: { from: '1', to: null } })
  // @ts-expect-error what is about a ticket says which
  work.emit('ticket.moved', { data: { from: '1', to: '2' } })
  // @ts-expect-error a fact without data has none
  work.emit('ticket.title-changed', { ticketId: '1', data: { title: 'Drukarka' } })
}

export const said = (fact: Fact): string => fact.name === 'ticket.moved' ? fact.data.to : fact.name === 'mail.processed' ? fact.data.mail : fact.id
// @ts-expect-error which fact it is must be known first
export const unsaid = (fact: Fact): string => fact.data.to

export const listener = definePlugin({
  name: 'listener', api: 1, scope: 'installation',
  on: {
    'ticket.moved': async (fact, host) => { await host.tickets.find(fact.ticketId) },
    'ticket.lock-changed': async (fact) => {
      // @ts-expect-error it says only how it stands now
      void fact.data.from
    },
    // @ts-expect-error not every mail is about a ticket
    'mail.processed': async (fact, host) => { await host.tickets.find(fact.ticketId) },
    // @ts-expect-error there is no such fact
    'ticket.muved': async () => {},
  },
})
