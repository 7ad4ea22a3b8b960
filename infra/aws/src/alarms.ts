import { consumers } from '@coursewire/product'
import { type App, Duration } from 'aws-cdk-lib'
import { Alarm, type AlarmProps, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Environment } from './environment.ts'
import { createLagMetric } from './lag.ts'
import type { Parts, Services } from './services.ts'
import { openStack } from './stack.ts'

/** The line that enrollment-api logs when an enrolment does not get to SNS or Kafka. */
export const failedLine = 'Failed to publish enrollment event'

/** Has alarms ring on the topic `coursewire-<environment>-alarms` for what a person should look at. */
export function createAlarms(app: App, environment: Environment, parts: Parts, services: Services): void {
  const stack = openStack(app, environment, 'alarms', 'Alarms')
  const { messaging, mail, data, edge } = parts
  const action = new SnsAction(messaging.alarms)
  const ring = (
    name: string,
    alarmDescription: string,
    props: Pick<AlarmProps, 'metric' | 'threshold'> & Partial<AlarmProps>,
  ) => {
    const alarm = new Alarm(stack, name, {
      alarmName: `coursewire-${environment.name}-${name}`,
      alarmDescription,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      evaluationPeriods: 1,
      ...props,
    })
    alarm.addAlarmAction(action)
    alarm.addOkAction(action)
  }

  const filter = new MetricFilter(stack, 'FailedLine', {
    logGroup: services['enrollment-api'].logGroup,
    filterPattern: FilterPattern.stringValue('$.msg', '=', failedLine),
    metricNamespace: `Coursewire/${environment.name}`,
    metricName: 'EnrollmentsNotPublished',
    metricValue: '1',
  })
  ring('enrollments-not-published', `enrollment-api logs "${failedLine}": SNS or Kafka refuses enrolments.`, {
    metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
    threshold: 0,
  })

  const letters = { 'enrollment-completed': messaging.enrollment, 'mail-feedback': mail.feedback }
  for (const [what, { redrive }] of Object.entries(letters)) {
    ring(`${what}-redrive`, 'SNS could not deliver letters to email-worker: infra/runbooks/redrive.md.', {
      metric: redrive.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      threshold: 0,
    })
  }

  for (const group of consumers) {
    ring(`${group}-lag`, `${group} is behind: Kafka, its database or a service that it calls is down or slow.`, {
      metric: createLagMetric(data.kafka.clusterName, group),
      threshold: 1_000,
      evaluationPeriods: 15,
    })
  }
  for (const [name, { targetGroup }] of Object.entries(services)) {
    ring(`${name}-unhealthy`, `A task of ${name} is not ready.`, {
      metric: targetGroup.metrics.unhealthyHostCount({ statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: 0,
      evaluationPeriods: 5,
    })
  }
  ring('errors', 'Apps answer with 5xx.', {
    metric: edge.loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: Duration.minutes(5) }),
    threshold: 10,
  })
  ring('database-storage', 'The database has less than 10 GB left.', {
    metric: data.database.metricFreeStorageSpace({ statistic: 'Minimum' }),
    threshold: 10_000_000_000,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  })
  ring('kafka-storage', 'A broker has used more than 80 % of its disk.', {
    metric: new Metric({
      namespace: 'AWS/Kafka',
      metricName: 'KafkaDataLogsDiskUsed',
      dimensionsMap: { 'Cluster Name': data.kafka.clusterName },
      statistic: 'Maximum',
    }),
    threshold: 80,
  })
}
