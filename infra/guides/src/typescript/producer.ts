// Tells that a course has been generated, as CourseFactory does: producer.ts COURSE_ID TITLE
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Kafka, Partitioners } from 'kafkajs'

const { KAFKA_BROKERS = '', TENANT = '', SCHEMAS = '' } = process.env
const [, , courseId = '', title = ''] = process.argv

const at = new Date().toISOString().replace('Z', '000Z')
const id = randomUUID()
const event = {
  id,
  type: 'course.generation.completed',
  timestamp: at,
  payload: { course_id: courseId, tenant_id: TENANT, title, language: 'en', completed_at: at },
  meta: {
    schema_version: '1.0',
    producer: 'course_factory',
    source_module: 'course_factory',
    tenant_id: TENANT,
    correlation_id: id,
    causation_id: null,
  },
  target: null,
}

const { $defs } = JSON.parse(readFileSync(SCHEMAS, 'utf8'))
const ajv = new Ajv2020({ strict: false, validateFormats: false })
if (!ajv.validate($defs['course.generation.completed.v1'], event)) throw new Error(ajv.errorsText())

const producer = new Kafka({ clientId: 'course-factory', brokers: KAFKA_BROKERS.split(',') }).producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
})
await producer.connect()
try {
  const headers = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: event.type,
    ce_source: '/course_factory',
    ce_time: at,
    ce_tenantid: TENANT,
    ce_correlationid: id,
    'content-type': 'application/json',
  }
  const messages = [{ key: courseId, value: JSON.stringify(event), headers }]
  const [place] = await producer.send({ topic: 'course.events.v1', acks: -1, messages })
  process.stdout.write(`${id} is at partition ${place?.partition}, offset ${place?.baseOffset}\n`)
} finally {
  await producer.disconnect()
}
