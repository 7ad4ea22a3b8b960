import { z } from 'zod'
import { startAwsLocal } from './server.ts'

const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65535),
    DATA_DIR: z.string().min(1),
    PUBLIC_URL: z.url().optional(),
  })
  .safeParse(process.env)

try {
  if (!config.success) throw new Error(z.prettifyError(config.error))
  const { HOST: host, PORT: port, DATA_DIR: dataDir, PUBLIC_URL: publicUrl } = config.data
  const aws = await startAwsLocal({ host, port, dataDir, publicUrl })
  process.stdout.write(`SNS, SES and the inbox: ${aws.url}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void aws.close())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
