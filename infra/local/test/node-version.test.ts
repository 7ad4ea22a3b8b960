import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')

it('.nvmrc gives developers the Node.js that the images run', () => {
  const [, major] = /^ARG NODE_IMAGE=node:(\d+)-/m.exec(read('infra/docker/Dockerfile')) ?? []

  expect(read('.nvmrc').trim()).toBe(major)
})
