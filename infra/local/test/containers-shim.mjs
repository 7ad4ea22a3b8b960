#!/usr/bin/env node
// Stands for `docker` while a runbook is walked: what it is asked is done by the test, and what that answers is printed.
import { text } from 'node:stream/consumers'

const body = JSON.stringify({ args: process.argv.slice(2), input: await text(process.stdin) })
const response = await fetch(process.env['DOCKER_SHIM'] ?? '', { method: 'POST', body })
const answer = await response.text()
if (!response.ok) throw new Error(answer)
process.stdout.write(answer)
