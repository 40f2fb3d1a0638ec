/**
 * Loaded by the program under attack before itself: tells for how long its main thread computed at most between two turns of its loop.
 * Counted in what it computed, so that a machine that is busy with others is no fault of it.
 */
import { createServer } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const name = process.env['TURNS_SOCKET']
if (name && isMainThread) {
  let longest = 0
  let before = process.threadCpuUsage()
  const look = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, user + system)
  }
  setInterval(look, 5).unref()
  createServer((asked) => {
    look()
    asked.end(String(longest / 1e6))
    longest = 0
  })
    // A process that the program starts for a moment is not it.
    .on('error', () => {})
    .listen(`\0${name}`)
    .unref()
}
