interface Panel {
  title: string
  /** As Grafana names it. */
  unit: 'short' | 's' | 'bytes' | 'percentunit' | 'reqps'
  /** The legend of each query, in Grafana's template language, and the query. */
  queries: Record<string, string>
}

/** Renders a dashboard as Grafana reads it, by the path of its file. */
export const dashboards: Record<string, () => string> = {
  'dashboards/flow.json': () => render('coursewire-flow', 'Coursewire: from the enrolment to the mail', flow),
  'dashboards/service.json': () => render('coursewire-service', 'Coursewire: one service', service, [chooseJob]),
}

const perMinute = (counter: string, by: string) => `sum by (${by}) (rate(${counter}[5m])) * 60`
const quantile = (q: number, histogram: string, by: string) =>
  `histogram_quantile(${q}, sum by (${by}, le) (rate(${histogram}[5m])))`

const flow: Panel[] = [
  {
    title: 'Alerts that fire',
    unit: 'short',
    queries: { '{{alertname}} {{job}}': 'count by (alertname, job) (ALERTS{alertstate="firing"})' },
  },
  {
    title: 'Enrolments a minute, by status of the answer',
    unit: 'short',
    queries: {
      '{{status}}': perMinute(
        'http_request_duration_seconds_count{job="enrollment-api",method="POST",route="/api/enrollments"}',
        'status',
      ),
    },
  },
  {
    title: 'Enrolling, 50 and 99 of 100 take at most',
    unit: 's',
    queries: Object.fromEntries(
      [0.5, 0.99].map((q) => [
        `${q * 100} %`,
        quantile(
          q,
          'http_request_duration_seconds_bucket{job="enrollment-api",method="POST",route="/api/enrollments"}',
          'job',
        ),
      ]),
    ),
  },
  {
    title: 'Oldest event that waits for Kafka or SNS',
    unit: 's',
    queries: { '{{job}} {{channel}}': 'max by (job, channel) (outbox_oldest_unsent_seconds)' },
  },
  {
    title: 'From the write of an event to its acknowledgement, 99 of 100',
    unit: 's',
    queries: { '{{job}} {{channel}}': quantile(0.99, 'outbox_insert_to_ack_seconds_bucket', 'job, channel') },
  },
  {
    title: 'Sends that failed, a minute',
    unit: 'short',
    queries: { '{{job}} {{channel}}': perMinute('outbox_send_failures_total', 'job, channel') },
  },
  {
    title: 'Records that consumers are behind',
    unit: 'short',
    queries: { '{{job}}': 'sum by (job) (consumer_lag)' },
  },
  {
    title: 'Without progress, while records wait',
    unit: 's',
    queries: { '{{job}}': 'max by (job) (consumer_watermark_age_seconds)' },
  },
  {
    title: 'From an event to its effect, 99 of 100',
    unit: 's',
    queries: { '{{job}}': quantile(0.99, 'event_age_at_effect_seconds_bucket', 'job') },
  },
  {
    title: 'Waits for a person',
    unit: 'short',
    queries: {
      'parked {{job}} {{channel}}': 'max by (job, channel) (outbox_parked_rows)',
      'dead letters of a day {{job}} {{reason}}': 'sum by (job, reason) (increase(dead_letters_total[1d]))',
      'unknown mails': 'max(emails_unknown)',
      'enrolments without a mail': 'max(enrollments_without_mail)',
    },
  },
  {
    title: 'Attempts to send a mail a minute, by outcome',
    unit: 'short',
    queries: { '{{outcome}}': perMinute('emails_total', 'outcome') },
  },
  { title: 'Oldest mail that waits', unit: 's', queries: { age: 'max(emails_oldest_pending_seconds)' } },
  {
    title: 'What SES tells about mails, a minute',
    unit: 'short',
    queries: { '{{event}}': perMinute('email_feedback_total', 'event') },
  },
  {
    title: 'Mails of 24 hours that bounced (limit 5 %) or were called spam (0.1 %)',
    unit: 'percentunit',
    queries: { bounced: 'max(emails_bounce_ratio)', spam: 'max(emails_complaint_ratio)' },
  },
  {
    title: 'Mails that SES takes',
    unit: 'short',
    queries: { 'in a second': 'max(emails_quota_per_second)', 'left of 24 hours': 'min(emails_quota_left)' },
  },
  {
    title: 'Audit log: oldest record without a seal',
    unit: 's',
    queries: { age: 'max(audit_unsealed_seconds)' },
  },
  {
    title: 'Audit log: records without a month',
    unit: 'short',
    queries: { records: 'max(audit_records_without_month)' },
  },
]

const service: Panel[] = [
  {
    title: 'Requests, by status',
    unit: 'reqps',
    queries: { '{{status}}': 'sum by (status) (rate(http_request_duration_seconds_count{job="$job"}[5m]))' },
  },
  {
    title: 'Answers, 99 of 100 take at most',
    unit: 's',
    queries: {
      '{{method}} {{route}}': quantile(0.99, 'http_request_duration_seconds_bucket{job="$job"}', 'method, route'),
    },
  },
  {
    title: 'Since when the process runs',
    unit: 's',
    queries: { '{{instance}}': 'time() - process_start_time_seconds{job="$job"}' },
  },
  {
    title: 'Memory and the limit of the heap',
    unit: 'bytes',
    queries: {
      '{{instance}}': 'process_resident_memory_bytes{job="$job"}',
      '{{instance}} heap limit': 'nodejs_heap_limit_bytes{job="$job"}',
    },
  },
  {
    title: 'Processor',
    unit: 'percentunit',
    queries: { '{{instance}}': 'rate(process_cpu_seconds_total{job="$job"}[5m])' },
  },
  {
    title: 'Longest delay of the event loop',
    unit: 's',
    queries: { '{{instance}}': 'nodejs_eventloop_lag_seconds{job="$job"}' },
  },
  {
    title: 'Outbox: rows that wait, estimated, and rows that were parked',
    unit: 'short',
    queries: {
      '{{channel}} waiting': 'max by (channel) (outbox_unsent{job="$job"})',
      '{{channel}} parked in a day': 'sum by (channel) (increase(outbox_parked_total{job="$job"}[1d]))',
    },
  },
  {
    title: 'Outbox: since the last success',
    unit: 's',
    queries: { '{{channel}}': 'time() - max by (channel) (relay_last_success_timestamp_seconds{job="$job"})' },
  },
  {
    title: 'Outbox: who relays (1), and producers that were replaced in a quarter of an hour',
    unit: 'short',
    queries: {
      '{{instance}} {{channel}}': 'relay_leader{job="$job"}',
      '{{instance}} replaced': 'increase(producer_recreated_total{job="$job"}[15m])',
    },
  },
  {
    title: 'Consumer: records behind, by topic',
    unit: 'short',
    queries: { '{{topic}}': 'sum by (topic) (consumer_lag{job="$job"})' },
  },
  {
    title: 'Consumer: oldest record in hand',
    unit: 's',
    queries: { '{{instance}}': 'consumer_oldest_inflight_seconds{job="$job"}' },
  },
  {
    title: 'Consumer: in its group, waits for a dependency (1), rebalances',
    unit: 'short',
    queries: {
      '{{instance}} in its group': 'consumer_in_group{job="$job"}',
      '{{instance}} waits': 'circuit_state{job="$job"}',
      '{{instance}} rebalances': 'increase(rebalances_total{job="$job"}[15m])',
    },
  },
  {
    title: 'Consumer: transactions that failed, a minute',
    unit: 'short',
    queries: { '{{class}}': perMinute('retries_total{job="$job"}', 'class') },
  },
  {
    title: 'Consumer: repeated and skipped events, a minute',
    unit: 'short',
    queries: {
      repeated: 'sum(rate(dedup_hits_total{job="$job"}[5m])) * 60',
      'skipped: {{reason}}': perMinute('events_skipped_total{job="$job"}', 'reason'),
    },
  },
  {
    title: 'Consumer: contradictions and lost positions of a day',
    unit: 'short',
    queries: {
      contradictions: 'sum(increase(dedup_mismatches_total{job="$job"}[1d]))',
      '{{topic}} {{reason}}': 'sum by (topic, reason) (increase(offset_reset_total{job="$job"}[1d]))',
    },
  },
  {
    title: 'Database: oldest snapshot',
    unit: 's',
    queries: { age: 'max(postgres_oldest_snapshot_seconds{job="$job"})' },
  },
]

const datasource = { type: 'prometheus', uid: 'prometheus' }

const chooseJob = {
  name: 'job',
  label: 'Service',
  type: 'query',
  datasource,
  query: 'label_values(up, job)',
  refresh: 2,
}

/** Renders one line for each panel, so that a change is easy to read. */
function render(uid: string, title: string, panels: Panel[], variables: object[] = []): string {
  const head = { uid, title, schemaVersion: 39, refresh: '15s', time: { from: 'now-1h', to: 'now' } }
  const lines = panels.map((panel, index) => JSON.stringify(toGrafana(panel, index)))
  const fields = { ...head, templating: { list: variables } }
  const rendered = Object.entries(fields).map(([name, value]) => `"${name}": ${JSON.stringify(value)},\n`)
  return `{\n${rendered.join('')}"panels": [\n${lines.join(',\n')}\n]}\n`
}

/** Three panels stand side by side. */
function toGrafana({ title, unit, queries }: Panel, index: number) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    gridPos: { x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8 },
    datasource,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], at) => ({
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat,
    })),
  }
}
