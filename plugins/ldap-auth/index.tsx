/** The plugin ldap-auth: the campus account as the password of pomoc, and the people of the campus directory in it. */
import { definePlugin, text, type Host } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { commands } from './commands.ts'
import { closeDirectories, openDirectories } from './house.ts'
import { checkLogin, findAccount } from './login.ts'
import { sayTied, tieSender } from './mail.ts'
import * as ldapAuth0001 from './migrations/0001_ldap_auth.ts'
import { directoryRoutes, PATH } from './pages/directory.tsx'
import { directoriesOf } from './options.ts'
import { LostPassword } from './pages/lost-password.tsx'
import { synchronise } from './sync.ts'
import { texts, words } from './words.ts'

export default definePlugin({
  name: 'ldap-auth',
  api: 1,
  scope: 'installation',
  texts,
  settings: { lostPassword: text('settings.lost-password', '') },
  migrations: { '0001_ldap_auth': ldapAuth0001 },
  files: { 'ldap-auth.css': inProject('plugins/ldap-auth/ldap-auth.css') },
  logins: { campus: { order: 20, check: checkLogin, find: findAccount } },
  mailChecks: { sender: tieSender },
  mailSteps: { sender: { after: 'sender', run: (turn) => sayTied(turn) } },
  jobs: { 'ldap-auth/sync': { cron: '20 1 * * *', run: (_payload, host) => synchroniseAll(host) } },
  commands,
  routes: (app, host) => directoryRoutes(app, host),
  slots: {
    'document.head': {
      order: 30,
      render: (props, c) =>
        props.frame === 'admin' && c.req.path.startsWith(PATH) ? <link rel="stylesheet" href={c.get('asset')('ldap-auth.css')} /> : null,
    },
    'portal.login': {
      order: 10,
      render: async (_props, c, here) => <LostPassword c={c} url={String((await here.settings()).lostPassword)} />,
    },
    'admin.rail': {
      order: 40,
      render: (props, c) => (
        <ul>
          <li>
            <a href={PATH} aria-current={props.path === PATH ? 'page' : undefined}>
              {words(c)('title')}
            </a>
          </li>
        </ul>
      ),
    },
  },
  checkConfig: (config) => void directoriesOf(config),
  async start(host) {
    // A directory that does not answer stops nothing.
    openDirectories(host.config)
    return () => closeDirectories(host.config)
  },
})

async function synchroniseAll(host: Host): Promise<void> {
  for (const directory of openDirectories(host.config).filter(({ service }) => service)) {
    const report = await synchronise(host, directory, { dry: false })
    const { comes, changes, returns, off, braked, rights, faults } = report
    host.log[faults || braked || rights.braked ? 'warn' : 'info'](
      {
        directory: report.directory,
        found: report.found,
        comes: comes.length,
        changes: changes.length,
        returns: returns.length,
        off: off.length,
        braked,
        rights,
        faults,
      },
      'synchronised with the directory',
    )
  }
}
