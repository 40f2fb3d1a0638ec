/** Owns the whole program as a process of the bench: as it is started elsewhere, with senders checked and no limit on answers. */
import { loadConfig } from '../../core/machine/config.ts'
import { makeLog } from '../../core/machine/log.ts'
import { boot } from '../../core/run/main.ts'

/** BENCH_DNS: whom it asks about senders, as 127.0.0.1:port. */
export async function runWhole(): Promise<void> {
  const config = await loadConfig()
  const program = await boot({
    config: {
      ...config,
      mail: {
        ...config.mail,
        ownDomains: ['uni.example'],
        dnsServers: [process.env['BENCH_DNS']!],
        autoResponsesPerDay: 100_000,
        autoResponsesPerHour: 100_000,
        autoResponsesPerPeerAndHour: 100_000,
        autoResponsesInAllPerHour: 100_000,
      },
    },
    log: makeLog(config.logLevel),
  })
  process.once('SIGTERM', () => void program.stop().then(() => process.exit(0)))
  const portOf = (name: string) => Number(/:(\d+)\D*$/.exec(program.addresses.get(name) ?? '')?.[1])
  process.send!({ smtp: portOf('mail'), http: portOf('web') })
}
