import { fileURLToPath } from 'node:url'

/** The files of the local broker: its jars as a Maven project, and its logging. */
export const brokerFiles = {
  pom: fileURLToPath(new URL('../pom.xml', import.meta.url)),
  log4j2: fileURLToPath(new URL('../log4j2.yaml', import.meta.url)),
}
