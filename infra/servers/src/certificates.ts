import { join } from 'node:path'
import { runProgram } from './run-program.ts'

/** PEM files of a server on this machine. */
export type Certificates = {
  /** The CA that has signed the certificate. */
  ca: string
  /** For `localhost`, also as the common name. */
  certificate: string
  key: string
}

const days = ['-days', '7']
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Creates a CA that nobody else trusts, and a certificate of it, for as long as a test lives. Throws if there is no OpenSSL 3. */
export async function createCertificates(directory: string): Promise<Certificates> {
  const [ca, caKey] = [join(directory, 'ca.pem'), join(directory, 'ca.key')]
  const [certificate, key] = [join(directory, 'server.pem'), join(directory, 'server.key')]
  const request = (...args: string[]) => runProgram('openssl', ['req', '-x509', ...newKey, ...days, ...args])
  await request('-keyout', caKey, '-out', ca, '-subj', '/CN=Coursewire test')
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const issuer = ['-CA', ca, '-CAkey', caKey, '-addext', 'basicConstraints=critical,CA:FALSE']
  await request('-keyout', key, '-out', certificate, '-subj', '/CN=localhost', '-addext', names, ...issuer)
  return { ca, certificate, key }
}
