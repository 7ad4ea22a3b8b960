import { createHash, createSign, generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

export type SignatureVersion = '1' | '2'

/** The signed fields of a message, by type, in the order in which they are signed. */
const signedFields = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const

export type Unsigned = { Type: keyof typeof signedFields } & Record<string, unknown>

/** Signs messages as SNS does, with a key and a certificate that are made at the first message and last as long as the process. */
export function createSigner() {
  let identity: ReturnType<typeof createIdentity> | undefined
  const getIdentity = () => (identity ??= createIdentity())
  return {
    /** The certificate is at this path. */
    getPath: () => getIdentity().path,
    getCertificate: (path: string): string | null => (identity?.path === path ? identity.certificate : null),
    sign(message: Unsigned, version: SignatureVersion): string {
      const text = signedFields[message.Type]
        .filter((name) => message[name] !== undefined)
        .map((name) => `${name}\n${String(message[name])}\n`)
        .join('')
      const algorithm = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
      return createSign(algorithm).update(text).sign(getIdentity().privateKey, 'base64')
    },
  }
}

export type Signer = ReturnType<typeof createSigner>

function createIdentity() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { pki, md } = forge
  const unsigned = pki.createCertificate()
  unsigned.publicKey = pki.publicKeyFromPem(publicKey.export({ type: 'spki', format: 'pem' }).toString())
  unsigned.serialNumber = '01'
  unsigned.validity.notAfter.setFullYear(unsigned.validity.notBefore.getFullYear() + 1)
  const name = [{ name: 'commonName', value: 'sns.aws-local' }]
  unsigned.setSubject(name)
  unsigned.setIssuer(name)
  unsigned.sign(
    pki.privateKeyFromPem(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
    md.sha256.create(),
  )
  const certificate = pki.certificateToPem(unsigned)
  const path = `/SimpleNotificationService-${createHash('md5').update(certificate).digest('hex')}.pem`
  return { privateKey, certificate, path }
}
