import { findDockerObstacle, uniqueName } from '@coursewire/servers'
import { startContainers } from '../src/containers.ts'
import { describeJourneys } from './journeys.ts'

describeJourneys(
  () =>
    startContainers({
      project: uniqueName('journey'),
      environment: { EMAIL_UNKNOWN_AFTER_SECONDS: '3' },
      log: (line) => process.stdout.write(`${line}\n`),
    }),
  await findDockerObstacle(),
)
