/** The plugin that listens: takes mail by SMTP for the addresses of the help desk, and for nobody else. */
import { definePlugin } from '../../core/index.ts'
import { startListener } from './listener.ts'

export default definePlugin({
  name: 'smtp-receiver',
  api: 1,
  scope: 'installation',
  startsIn: 'smtp',
  async start(host) {
    const listener = await startListener(host)
    host.announce('mail', `smtp://${listener.host}:${listener.port}`)
    return listener.stop
  },
})
