/** The tenant that owns everything on this machine. */
export const tenant = 'local'

/** The servers' ports on this machine, unless a port is taken. */
export const serverPorts = { aws: 3003, postgres: 15432, kafka: 9092 }

export const awsRegion = 'us-east-1'

/** The topic on which enrollment-api publishes enrolments, as an ARN of the local SNS. */
export const snsTopic = {
  name: 'enrollment-completed',
  arn: `arn:aws:sns:${awsRegion}:000000000000:enrollment-completed`,
}

/** The variable with the port that a container gets on this machine: ENROLLMENT_API_PORT. */
export const portVariable = (service: string) => `${service.replaceAll('-', '_').toUpperCase()}_PORT`
