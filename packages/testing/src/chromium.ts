import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => existsSync(path))

const args = [
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking',
  '--disable-component-update --disable-sync',
].flatMap((line) => line.split(' '))

/** What Playwright needs to launch the Chromium on the PATH; null if there is none. */
export const chromiumOptions = executablePath ? { executablePath, args } : null
