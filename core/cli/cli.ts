/** Owns the command line: how its faults are told, and its beginning. */
import { sayFault } from './as-user.ts'
import { addOwnCommands, demandCommand } from './own-commands.ts'
import { makeProgram } from './program.ts'

const program = makeProgram()

// A reader that goes away (npm start | head) must not end the program.
process.stdout.on('error', () => {})

try {
  await addOwnCommands(program, process.argv.slice(2))
  demandCommand(program, process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${sayFault(error)}\n`)
  process.exit(1)
}
