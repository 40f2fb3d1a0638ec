/** Owns the portal's settings. */
import { longText, text } from '../../core/index.ts'

export const settings = {
  queue: text('settings.queue', ''),
  welcome: longText('settings.welcome', ''),
}
