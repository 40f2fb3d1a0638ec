/** Owns which of our own mail servers handed a mail to us, and so what is believed of it. */
import type { Config } from '../../../machine/config.ts'
import { makeTrust, plainAddress } from '../../../machine/networks.ts'

export type Relay = Config['mail']['relays'][number]

/** Does this peer carry everybody's mail? Relays do, and a mail server on this very machine, named or not: limits for one peer are not theirs. */
export const carriesMany = (config: Pick<Config, 'mail'>, peerAddress: string): boolean =>
  ['127.0.0.1', '::1'].includes(plainAddress(peerAddress)) || relayOf(config, peerAddress) !== undefined

/** The first relay of the configuration that the peer's address belongs to; undefined: a stranger. */
export function relayOf(config: Pick<Config, 'mail'>, peerAddress: string): Relay | undefined {
  return config.mail.relays.find((relay) => makeTrust(relay.addresses)(plainAddress(peerAddress)))
}
