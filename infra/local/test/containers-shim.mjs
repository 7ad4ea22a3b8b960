#!/usr/bin/env node
// Stands in for `docker` while a test follows the runbook. The test does the work; this prints its answer.
import { text } from 'node:stream/consumers'

const body = JSON.stringify({ args: process.argv.slice(2), input: await text(process.stdin) })
const response = await fetch(process.env['DOCKER_SHIM'] ?? '', { method: 'POST', body })
const answer = await response.text()
if (!response.ok) throw new Error(answer)
process.stdout.write(answer)
