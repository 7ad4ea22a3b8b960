/** Whose everything is on this machine. */
export const tenant = 'local'

/** Where the servers listen on this machine, unless a port is taken. */
export const serverPorts = { aws: 3003, postgres: 15432, kafka: 9092 }

export const awsRegion = 'us-east-1'

/** What enrollment-api publishes enrolments on, numbered as the local SNS does. */
export const snsTopic = {
  name: 'enrollment-completed',
  arn: `arn:aws:sns:${awsRegion}:000000000000:enrollment-completed`,
}

/** The variable that says which port of this machine a container gets: ENROLLMENT_API_PORT. */
export const portVariable = (service: string) => `${service.replaceAll('-', '_').toUpperCase()}_PORT`
