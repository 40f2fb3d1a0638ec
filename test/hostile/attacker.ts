/** Owns a process of its own that attacks until it is ended: `attacker.ts PORT COOKIES-AS-JSON`. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ATTACKS, attack, slowHeads, type Attack } from './attacks.ts'

const [port, cookies] = [Number(process.argv[2]), JSON.parse(process.argv[3]!) as Record<Attack['as'], string>]
const slow = await slowHeads(port, 300)
process.on('SIGTERM', () => {
  slow.stop()
  process.exit(0)
})
process.stdout.write('begun\n')
// Some twenty a second; six a minute were enough once. Not what is thirty megabytes of anything: to take that in is work, whoever sends it.
const small = ATTACKS.filter(({ body }) => body.length < 5_000_000)
for (;;)
  for (const one of small) {
    await attack(port, one, cookies[one.as]).catch(() => {})
    await sleep(50)
  }
