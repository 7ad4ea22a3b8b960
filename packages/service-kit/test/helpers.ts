import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT, type SignOptions } from 'jose'
import { onTestFinished } from 'vitest'
import { createHttpApp, createLogger, type HttpApp } from '../src/index.ts'

const issuer = 'https://issuer.test'
const audience = 'coursewire'

/** Starts an HTTP server on a free port of this machine and closes it when the test ends. */
export async function serve(listener: RequestListener, port = 0) {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  const { port: taken } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${taken}`, port: taken, close }
}

/** Starts an issuer of tokens with a new key. Its key set also has a key of another algorithm; the server records each fetch. */
export async function startIssuer() {
  const keys = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const strayKeys = await generateKeyPair('ES384', { extractable: true })
  const strayJwk = { ...(await exportJWK(strayKeys.publicKey)), kid: 'key-384', alg: 'ES384', use: 'sig' }
  const fetched: string[] = []
  const server = await serve((request, response) => {
    fetched.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk, strayJwk] }))
  })

  function sign(claims: object = {}, header: object = {}, options?: SignOptions): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const all = { iss: issuer, aud: audience, sub: 'student-1', tenant_id: 'acme', roles: ['student'], exp: now + 300 }
    return new SignJWT({ ...all, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: 'key-1', ...header })
      .sign(keys.privateKey, options)
  }

  const { url, close } = server
  return { jwksUrl: `${url}/.well-known/jwks.json`, jwk, fetched, sign, keys, strayKeys, close }
}

/** Collects log lines that a test wants to read. */
export function collectLines() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return { lines, destination }
}

type Options = Parameters<typeof createHttpApp>[0]

/** Builds an application as services do and closes it when the test ends. With `jwksUrl` it checks tokens. */
export async function buildApp({
  jwksUrl,
  config,
  ...overrides
}: Partial<Omit<Options, 'config'>> & { jwksUrl?: string; config?: Partial<Options['config']> } = {}) {
  const app = await createHttpApp({
    service: { name: 'test-service', version: '1.2.3' },
    config: {
      DEFAULT_TENANT: 'house',
      TENANT_HOSTS: new Map([['acme.test', 'acme']]),
      ...(jwksUrl && { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWKS_URL: jwksUrl }),
      ...config,
    },
    logger: createLogger({ service: 'test-service', level: 'silent' }),
    health: { live: () => null, ready: async () => {} },
    ...overrides,
  })
  onTestFinished(() => app.close())
  return app
}

/** Sends raw bytes and reads until the server closes the connection. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

export function portOf(app: HttpApp): number {
  return (app.server.address() as AddressInfo).port
}

export function withResolvers<Value = void>() {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
