import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, waitFor } from '@coursewire/servers'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { watchApp } from '../src/watched-app.ts'

const main = `
  import { createServer } from 'node:http'
  import { answer } from './answer.ts'
  createServer((request, response) => response.end(answer satisfies string)).listen(process.env.PORT, '127.0.0.1')
  process.on('SIGTERM', () => process.exit())
`
const answering = (text: string) => `export const answer: string = '${text}'`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coursewire-dev-'))
  mkdirSync(join(folder, 'src'))
  write('main.ts', main)
  write('answer.ts', answering('one'))
  return () => rmSync(folder, { recursive: true })
})

function write(file: string, text: string): void {
  writeFileSync(join(folder, 'src', file), text)
}

/** The app from its sources, what it says, and a way to wait for its answer. */
async function start() {
  const port = await findFreePort()
  const lines: string[] = []
  const onLine = (line: string) => lines.push(line)
  const app = await watchApp({ folder, environment: { PORT: String(port) }, onLine })
  onTestFinished(() => app.stop())
  const ask = () => fetch(`http://127.0.0.1:${port}`).then((response) => response.text())
  const expectAnswer = (text: string) => waitFor(async () => (await ask()) === text, { message: `the answer ${text}` })
  return { ...app, ask, expectAnswer, lines }
}

it('an app that runs from its sources is started again when a file that it imports has changed', async () => {
  const { expectAnswer } = await start()
  await expectAnswer('one')

  write('answer.ts', answering('two'))

  await expectAnswer('two')
})

it('an app that runs from its sources tells of a file that does not compile, and waits for the next change', async () => {
  const { expectAnswer, lines } = await start()
  await expectAnswer('one')

  write('answer.ts', 'export const answer = =')
  await waitFor(() => lines.some((line) => line.includes('answer.ts:1:22')), { message: 'the error to be told' })
  write('answer.ts', answering('three'))

  await expectAnswer('three')
})

it('an app that runs from its sources is not started again by a file that it does not import', async () => {
  const { expectAnswer, lines } = await start()
  await expectAnswer('one')

  write('unrelated.ts', answering('nothing'))
  write('answer.ts', answering('two'))
  await expectAnswer('two')

  expect(lines.filter((line) => /restarting/i.test(line))).toHaveLength(1)
})

it('an app that runs from its sources is started again when one of its SQL statements has changed', async () => {
  const statement = join(folder, 'sql/find.sql')
  mkdirSync(join(folder, 'sql'))
  writeFileSync(statement, 'SELECT 1')
  const { expectAnswer, lines } = await start()
  await expectAnswer('one')

  writeFileSync(statement, 'SELECT 2')

  await waitFor(() => lines.some((line) => /restarting/i.test(line)), { message: 'the restart' })
  await expectAnswer('one')
})

it('an app that runs from its sources has ended once it is stopped', async () => {
  const { expectAnswer, ask, stop } = await start()
  await expectAnswer('one')

  await stop()

  await expect(ask()).rejects.toThrow('fetch failed')
})

it('what an app has for browsers is built again when it has changed, and the app is started again with it', async () => {
  const build = `{ outDir: 'dist/client', manifest: 'manifest.json', rolldownOptions: { input: 'src/page.js' } }`
  writeFileSync(join(folder, 'vite.config.ts'), `export default { build: ${build} }`)
  mkdirSync(join(folder, 'dist/client'), { recursive: true })
  writeFileSync(join(folder, 'dist/client/manifest.json'), '{}')
  write('page.js', 'document.title = 1')
  write(
    'answer.ts',
    `import { readFileSync } from 'node:fs'
     const read = (file: string) => readFileSync('dist/client/' + file, 'utf8')
     const { file } = JSON.parse(read('manifest.json'))['src/page.js'] ?? {}
     export const answer = file ? read(file) : ''`,
  )
  const { ask } = await start()
  const expectPage = (number: number) =>
    waitFor(async () => (await ask()).includes(`title=${number}`), { message: `page ${number}` })
  await expectPage(1)

  write('page.js', 'document.title = 2')

  await expectPage(2)
})
