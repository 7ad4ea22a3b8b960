// The way in on a machine that has Node and npm and nothing else: installs what is locked, then runs
// src/<command>-command.ts, here or in infra/bench, with the arguments that follow. Only built-ins here: nothing is installed
// yet.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [command, ...args] = process.argv.slice(2)

requireNode([20, 19])
const pnpm = install()
const folder = ['local', 'bench'].find((it) => existsSync(findScript(it)))
run(findScript(folder))

function findScript(folder) {
  return join(root, 'infra', folder, 'src', `${command}-command.ts`)
}

function requireNode([major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number)
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return
  fail(`Coursewire needs Node.js ${major}.${minor} or newer; this is ${process.versions.node}. See https://nodejs.org`)
}

/** Installs unless this very lockfile was installed last; returns where pnpm is. */
function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const stamp = join(root, 'node_modules/.coursewire-install.json')
  const fingerprint = createHash('sha256').update(process.version)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    fingerprint.update(readFileSync(join(root, file)))
  const state = fingerprint.digest('hex')
  const last = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {}
  if (last.state === state && existsSync(last.pnpm)) return last.pnpm

  console.log(`Installing with ${packageManager}`)
  // npx alone knows where it keeps a package; asked through a script, so that no shell's quoting comes in.
  const locate = spawnSync('npx', ['--yes', `--package=${packageManager}`, '-c', 'command -v pnpm'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const found = locate.stdout?.trim()
  if (!found) fail(`npx could not fetch ${packageManager}`)
  const { status } = spawnSync(found, ['install', '--frozen-lockfile'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail('The installation failed', status ?? 1)
  writeFileSync(stamp, JSON.stringify({ state, pnpm: found }))
  return found
}

function run(script) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=source', script, ...args], {
    cwd: root,
    // In a group of its own: in a terminal Ctrl-C reaches every process of the group, and npm passes it on besides.
    detached: true,
    // Over the channel the child learns when this process is killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [dirname(pnpm), process.env.PATH].join(delimiter),
      TURBO_TELEMETRY_DISABLED: '1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  })
  let lastSignalAt = Number.NEGATIVE_INFINITY
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // The terminal's and npm's copy of one Ctrl-C come within a moment; a later one is meant.
      if (performance.now() - lastSignalAt > 500) child.kill(signal)
      lastSignalAt = performance.now()
    })
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(message, code = 1) {
  console.error(message)
  process.exit(code)
}
