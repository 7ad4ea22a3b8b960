import { eventTopics } from '@coursewire/events'
import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'

/** Returns how many records a group has not read yet, in all topics of events. MSK has no metric for a topic that the group does not read. */
export function createLagMetric(clusterName: string, group: string): MathExpression {
  const usingMetrics = Object.fromEntries(
    eventTopics.map((topic, index) => [
      `m${index}`,
      new Metric({
        namespace: 'AWS/Kafka',
        metricName: 'SumOffsetLag',
        dimensionsMap: { 'Cluster Name': clusterName, 'Consumer Group': group, Topic: topic },
        statistic: 'Maximum',
      }),
    ]),
  )
  const expression = `SUM([${Object.keys(usingMetrics).join(', ')}])`
  return new MathExpression({ expression, usingMetrics, label: `Lag of ${group}`, period: Duration.minutes(1) })
}
