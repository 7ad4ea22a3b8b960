import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Passes on every new line in the logs of the processes below `directory`, prefixed with their name. */
export function followLogs(directory: string, onLine: (line: string) => void): void {
  for (const name of readdirSync(directory)) {
    const tail = spawn('tail', ['-n', '+1', '-F', join(directory, name, 'server.log')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    tail.on('error', ({ message }) => onLine(`No logs of ${name}: ${message}`)).unref()
    createInterface({ input: tail.stdout }).on('line', (line) => onLine(`${name.padEnd(20)} ${line}`))
    process.on('exit', () => tail.kill())
  }
}
