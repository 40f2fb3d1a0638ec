/** The plugin of the agents' pages: lists, tickets, acts on them. */
import { definePlugin } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { actRoutes } from './pages/act-routes.tsx'
import { attachment, rawMail } from './pages/attachment.ts'
import { bulk, undoBulk } from './pages/bulk.tsx'
import { deadlinesPage } from './pages/deadlines.tsx'
import { exportCsv } from './pages/export.ts'
import { chooseColumns } from './pages/column-menu.tsx'
import { enter, rail, railFragment } from './pages/frame.tsx'
import { myQueuesPage, saveMyQueues } from './pages/my-queues.tsx'
import { headParts, personMenuLink } from './pages/frame-slots.tsx'
import { historyPage } from './pages/history.tsx'
import { insert } from './pages/insert.tsx'
import { home, numberPage, queuePage, searchPage, viewPage } from './pages/list.tsx'
import { mergeRoutes } from './pages/merge.tsx'
import { exportMyTime, myTimePage } from './pages/my-time.tsx'
import { createFromForm, newTicketPage } from './pages/new-ticket.tsx'
import { choicesPage } from './pages/narrowed.tsx'
import { passOnRoutes } from './pages/pass-on.tsx'
import { peopleFragment } from './pages/people.tsx'
import { savedViewRoutes } from './pages/saved-views.tsx'
import { ticketPage } from './pages/ticket.tsx'
import { whoPage } from './pages/who.tsx'
import { deskTexts } from './words.ts'

export default definePlugin({
  name: 'desk',
  api: 1,
  scope: 'installation',
  texts: deskTexts,
  files: { 'desk.css': inProject('plugins/desk/desk.css'), 'desk.js': inProject('plugins/desk/desk.js') },
  places: {
    'desk.rail': 'under the queues of the rail',
    'desk.list.row': '{ ticket }: under the subject of a row',
    'desk.ticket.acts': '{ ticket }: in the row of acts, before "More"',
    'desk.ticket.side': '{ ticket }: a card beside the ticket',
  },
  slots: {
    'document.head': { order: 10, render: headParts },
    'desk.navigation': { order: 10, render: async (_props, c) => rail(c, await enter(c), '') },
    'person.menu': { order: 10, render: personMenuLink },
  },
  routes(app) {
    // Lists
    app.get('/desk', home)
    app.get('/desk/view/:name', viewPage)
    app.get('/desk/queue/:id', queuePage)
    app.get('/desk/search', searchPage)
    app.get('/desk/export.csv', exportCsv)
    app.post('/desk/columns', chooseColumns)
    savedViewRoutes(app)
    app.post('/desk/bulk', bulk)
    app.post('/desk/bulk/undo/:act', undoBulk)
    app.get('/desk/rail', railFragment)
    app.get('/desk/time', myTimePage)
    app.get('/desk/time.csv', exportMyTime)
    app.get('/desk/my-queues', myQueuesPage)
    app.post('/desk/my-queues', saveMyQueues)

    // New tickets
    app.get('/desk/new', newTicketPage)
    app.post('/desk/new', createFromForm)
    app.get('/desk/people', peopleFragment)

    // One ticket
    app.get('/desk/number/:number', numberPage)
    app.get('/desk/tickets/:id', ticketPage)
    app.get('/desk/tickets/:id/history', historyPage)
    app.get('/desk/tickets/:id/who', whoPage)
    app.get('/desk/tickets/:id/deadlines', deadlinesPage)
    app.get('/desk/tickets/:id/choices', choicesPage)
    app.get('/desk/tickets/:id/attachments/:attachmentId', attachment)
    app.get('/desk/tickets/:id/articles/:article/raw', rawMail)
    app.post('/desk/tickets/:id/insert', insert)
    actRoutes(app)
    passOnRoutes(app)
    mergeRoutes(app)
  },
})
