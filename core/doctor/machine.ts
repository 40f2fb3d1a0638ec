/** Owns the checks of the machine: Node, room on the disk, the ports. */
import { constants, existsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname } from 'node:path'
import { isRoot } from '../machine/account.ts'
import { codeOf, reasonOf } from '../machine/boot-error.ts'
import { sayBytes } from '../machine/bytes.ts'
import { listenSentence } from '../machine/listen.ts'
import { fail, ok, partSentence, warn, within, type Checked, type Finding } from './finding.ts'

const NODE = 24
const MB = 1_000_000

export async function checkNode(): Promise<Finding[]> {
  const version = process.versions.node
  return [
    Number(version.split('.')[0]) >= NODE
      ? ok('node', `Node is ${version}.`)
      : fail(
          'node',
          `Node is ${version} and pomoc needs ${NODE}.`,
          'Run pomoc as "npm start" or "npm run pomoc" after "npm ci", which brings its own.',
        ),
  ]
}

/** Below 500 MB or 2 % PostgreSQL may stop at any moment; below 5 GB or 10 % it is time to act. */
export async function checkDisk({ config }: Pick<Checked, 'config'>): Promise<Finding[]> {
  const name = 'disk'
  let folder = config.dataDir
  while (!existsSync(folder)) folder = dirname(folder)
  const remedy = `Make room on the disk of ${folder}, or move the data folder to a larger one and set POMOC_DATA_DIR.`
  const { bavail, blocks, bsize, files, ffree } = await statfs(folder)
  const free = bavail * bsize
  const part = blocks > 0 ? bavail / blocks : 1
  const says = `${sayBytes(free)} (${Math.floor(part * 100)} %) are free where the data folder ${config.dataDir} lies.`
  const findings: Finding[] = []
  if (free < 500 * MB || part < 0.02) findings.push(fail(name, says, remedy))
  else if (free < 5000 * MB || part < 0.1) findings.push(warn(name, says, remedy))
  else findings.push(ok(name, says))
  if (files > 0 && ffree / files < 0.02) findings.push(fail(name, `Only ${ffree} more files can be made there (inodes).`, remedy))
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    findings.push(
      fail(
        name,
        `The data folder ${folder} cannot be written (${reasonOf(error)}).`,
        'Run this as the user under whom pomoc runs, or give that user access.',
      ),
    )
  }
  return findings
}

/** Each port that a process of this configuration opens is free, or it is pomoc who answers there. */
export async function checkPorts({ config }: Pick<Checked, 'config'>): Promise<Finding[]> {
  const findings: Finding[] = []
  if (config.only.includes('web')) findings.push(await checkPort('http', config.http, webAnswers))
  if (config.only.includes('smtp') && config.plugins.includes('smtp-receiver'))
    findings.push(await checkPort('smtp', config.smtp, mailAnswers))
  return findings
}

interface Place {
  host: string
  port: number
}

async function checkPort(key: 'http' | 'smtp', place: Place, answers: (place: Place) => Promise<'pomoc' | 'other'>): Promise<Finding> {
  const name = `port ${place.port || ''} (${key === 'http' ? 'web' : 'mail'})`.replace('port  ', 'port ')
  if (place.port === 0) return ok(name, 'The system chooses a port at each start.')
  const near = { port: place.port, host: place.host === '0.0.0.0' ? '127.0.0.1' : place.host === '::' ? '::1' : place.host }
  if (await someoneListens(near)) {
    const who = await within(5000, answers(near)).catch(() => 'other' as const)
    if (who === 'pomoc') return ok(name, 'pomoc answers there.')
    return fail(name, ...partSentence(listenSentence({ code: 'EADDRINUSE' }, place, key)))
  }
  const error = await new Promise<unknown>((resolve) => {
    const server = createServer().once('error', resolve)
    server.listen(place, () => server.close(() => resolve(undefined)))
  })
  if (error === undefined) return ok(name, 'It is free; pomoc does not run at this moment.')
  const [says, remedy] = partSentence(listenSentence(error, place, key))
  // A service may hold the right or get the port from systemd, which whoever asks here does not.
  if (codeOf(error) === 'EACCES' && !isRoot())
    return warn(name, 'Nobody answers there, and you may not open it yourself.', 'Start pomoc by systemd (config/samples) or as root.')
  return fail(name, says, remedy)
}

function someoneListens(place: Place): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: 2000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
}

async function webAnswers({ host, port }: Place): Promise<'pomoc' | 'other'> {
  const at = `http://${host.includes(':') ? `[${host}]` : host}:${port}/health/live`
  const response = await fetch(at, { signal: AbortSignal.timeout(4000), redirect: 'manual' })
  const text = await response.text()
  return text === 'live\n' || text === 'pomoc is starting.\n' ? 'pomoc' : 'other'
}

function mailAnswers(place: Place): Promise<'pomoc' | 'other'> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: 4000 })
    const end = (answer: 'pomoc' | 'other') => {
      socket.end('QUIT\r\n')
      socket.destroySoon()
      resolve(answer)
    }
    socket
      .once('data', (greeting) => end(/^220 .*\bpomoc\b/.test(greeting.toString('latin1')) ? 'pomoc' : 'other'))
      .once('error', () => end('other'))
      .once('timeout', () => end('other'))
  })
}
