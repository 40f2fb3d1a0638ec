/** The plugin portal: pages for those who ask – log in, write, follow one's tickets, one's account. */
import { definePlugin } from '../../core/index.ts'
import { accountRoutes } from './pages/account.tsx'
import { homeRoutes } from './pages/home.tsx'
import { loginCodeRoutes } from './pages/login-code.tsx'
import { loginDeviceRoutes } from './pages/login-device.tsx'
import { loginLinkRoutes } from './pages/login-link.tsx'
import { loginRoutes } from './pages/login.tsx'
import { passwordRoutes } from './pages/password.tsx'
import { secondFactorRoutes } from './pages/second-factor.tsx'
import { ticketRoutes } from './pages/ticket.tsx'
import { PersonLinks } from './frame.tsx'
import { settings } from './settings.ts'
import { words } from './words.ts'

export default definePlugin({
  name: 'portal',
  api: 1,
  scope: 'installation',
  texts: words,
  settings,
  places: {
    'portal.login': 'under the form to log in with an account: nothing is handed over',
    'portal.bar': 'links in the bar above every portal page',
    'portal.notices': 'on the start page of whoever is logged in, above everything: nothing is handed over',
    'portal.home': 'on the start page, under the form and the tickets: nothing is handed over',
    'portal.account': "on the page of one's own account, a card: nothing is handed over",
    'portal.new-ticket.suggestions': 'under the subject of a new ticket: { subject }',
    'portal.ticket.below': 'under the conversation of a ticket: { ticket }',
  },
  routes(app, host) {
    homeRoutes(app, host)
    ticketRoutes(app, host)
    loginRoutes(app, host)
    loginCodeRoutes(app, host)
    loginDeviceRoutes(app, host)
    loginLinkRoutes(app, host)
    passwordRoutes(app, host)
    accountRoutes(app)
    secondFactorRoutes(app)
  },
  slots: {
    'person.menu': { order: 20, render: (_props, c) => (c.get('actor') ? <PersonLinks c={c} /> : null) },
  },
})
