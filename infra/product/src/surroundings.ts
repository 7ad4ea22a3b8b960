/** The tenant that owns everything on this machine. */
export const tenant = 'local'

/** The servers' ports on this machine, unless a port is taken. */
export const serverPorts = { aws: 3003, postgres: 15432, kafka: 9092, traces: 4318 }

const awsRegion = 'us-east-1'

/** The topic on which enrollment-api publishes enrolments, as an ARN of the local SNS. */
export const snsTopic = {
  name: 'enrollment-completed',
  arn: `arn:aws:sns:${awsRegion}:000000000000:enrollment-completed`,
}

/** SES tells on this topic what became of the mails that name this configuration set. */
export const mailFeedback = {
  configurationSet: 'coursewire',
  topic: { name: 'mail-feedback', arn: `arn:aws:sns:${awsRegion}:000000000000:mail-feedback` },
}

/** The part of `Addresses` that does not differ between `npm start` and containers, with the local AWS at this address. */
export const surroundingsHere = (endpoint: string) => ({
  tenant,
  mailDomain: 'coursewire.example',
  aws: {
    region: awsRegion,
    endpoint,
    enrollmentTopicArn: snsTopic.arn,
    webhookTopicArns: [mailFeedback.topic.arn],
    configurationSet: mailFeedback.configurationSet,
  },
})

/** The address at which email-worker hears of them. */
export const feedbackUrlOf = (emailWorker: string) => `${emailWorker}/webhooks/sns`

/** The variable with the port that a container gets on this machine: ENROLLMENT_API_PORT. */
export const portVariable = (service: string) => `${service.replaceAll('-', '_').toUpperCase()}_PORT`

/**
 * The memory of an app in MiB. V8 lets garbage stand until it has filled its heap, so the heap has a limit too. The other half is for
 * buffers, compiled code and objects that are still young. By itself V8 would also take half of a container's memory, but would then leave
 * young objects one MiB instead of sixteen, and outside of a container it would take gigabytes.
 */
export const memory = { container: 512, heap: 256 }

/** The flag with which Node.js keeps to it. */
export const heapFlag = `--max-old-space-size=${memory.heap}`
