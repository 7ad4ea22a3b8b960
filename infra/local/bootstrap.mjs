// The way in on a machine that has Node and npm and nothing else: installs what is locked, then runs
// infra/*/src/<command>-command.ts with the arguments that follow; `pnpm` is the locked pnpm. Only built-ins here: nothing is
// installed yet.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [command, ...args] = process.argv.slice(2)

process.on('uncaughtException', ({ message }) => fail(message))
const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
requireNode(engines.node.match(/\d+/g).map(Number))
requireUsablePath()
const pnpm = findPnpm()
install()
if (command === 'pnpm') run(pnpm, args)
else run(process.execPath, ['--import', 'tsx', findScript(), ...args])

function findScript() {
  const infra = join(root, 'infra')
  const scripts = readdirSync(infra).map((folder) => join(infra, folder, 'src', `${command}-command.ts`))
  return scripts.find((script) => existsSync(script))
}

function requireNode([major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number)
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return
  fail(`Coursewire needs Node.js ${major}.${minor} or newer; this is ${process.versions.node}. See https://nodejs.org`)
}

function requireUsablePath() {
  if (root.includes(delimiter))
    fail(`${root} has a "${delimiter}" in it, which ends a path for PATH and for Java: move it`)
}

/**
 * Returns where pnpm is, which belongs to this checkout alone. npx would fetch it into a folder that all its runs share: when two
 * run at once, from whatever checkouts, npm 10 breaks one or both.
 */
function findPnpm() {
  const directory = join(root, '.coursewire/cache', packageManager.replace('@', '-'))
  const program = join(directory, 'node_modules/.bin/pnpm')
  if (existsSync(program)) return program
  console.log(`Fetching ${packageManager}`)
  mkdirSync(dirname(directory), { recursive: true })
  const draft = mkdtempSync(`${directory}-`)
  try {
    runToItsEnd('npm', [
      'install',
      '--loglevel=error',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--no-package-lock',
      '--prefix',
      draft,
      packageManager,
    ])
    renameSync(draft, directory)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Another command in this checkout may have been faster.
    if (!existsSync(program)) throw error
  }
  return program
}

/**
 * Installs unless that was done for these manifests and this lockfile. A manifest that the lockfile does not know yet, as of a new
 * app, is added to it, except on build machines, where that is a failure.
 */
function install() {
  const stamp = join(root, 'node_modules/.coursewire-install')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprintManifests()) return
  console.log('Installing what is locked')
  runToItsEnd(pnpm, ['install', ...(process.env.CI ? ['--frozen-lockfile'] : [])])
  writeFileSync(stamp, fingerprintManifests())
}

function fingerprintManifests() {
  const folders = ['apps', 'packages', 'infra'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name)),
  )
  const manifests = ['.', ...folders].map((folder) => join(folder, 'package.json'))
  const fingerprint = createHash('sha256').update(process.version)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests])
    if (existsSync(join(root, file))) fingerprint.update(readFileSync(join(root, file)))
  return fingerprint.digest('hex')
}

function runToItsEnd(program, args) {
  const { status, signal, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  const reason = error?.message ?? (signal ? `ended by ${signal}` : `ended with code ${status}, see above`)
  throw new Error(`${[program, ...args].join(' ')}: ${reason}`)
}

function run(program, programArgs) {
  const child = spawn(program, programArgs, {
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
