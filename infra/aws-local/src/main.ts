import { z } from 'zod'
import { startAwsLocal } from './server.ts'

const config = z
  .object({ PORT: z.coerce.number().int().min(0).max(65535), DATA_DIR: z.string().min(1) })
  .safeParse(process.env)

if (config.success) {
  const aws = await startAwsLocal({ port: config.data.PORT, dataDir: config.data.DATA_DIR })
  process.stdout.write(`SNS, SES and the inbox: ${aws.url}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void aws.close())
} else {
  process.stderr.write(`${z.prettifyError(config.error)}\n`)
  process.exitCode = 1
}
