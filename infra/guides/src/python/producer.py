"""Tells that a course has been generated, as CourseFactory does: producer.py COURSE_ID TITLE"""

import json
import os
import sys
import uuid
from datetime import datetime, timezone

from confluent_kafka import KafkaException, Producer
from schemas import event_validator

TENANT = os.environ["TENANT"]
course_id, title = sys.argv[1:3]

at = datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
event_id = str(uuid.uuid4())
event = {
    "id": event_id,
    "type": "course.generation.completed",
    "timestamp": at,
    "payload": {"course_id": course_id, "tenant_id": TENANT, "title": title, "language": "en", "completed_at": at},
    "meta": {
        "schema_version": "1.0",
        "producer": "course_factory",
        "source_module": "course_factory",
        "tenant_id": TENANT,
        "correlation_id": event_id,
        "causation_id": None,
    },
    "target": None,
}
event_validator("course.generation.completed.v1").validate(event)

headers = {
    "ce_specversion": "1.0",
    "ce_id": event_id,
    "ce_type": event["type"],
    "ce_source": "/course_factory",
    "ce_time": at,
    "ce_tenantid": TENANT,
    "ce_correlationid": event_id,
    "content-type": "application/json",
}


def on_delivery(error, message):
    if error:
        raise KafkaException(error)
    print(f"{event_id} is at partition {message.partition()}, offset {message.offset()}")


# librdkafka would choose partitions by another hash than all other clients, and events of one course would lose their order.
producer = Producer(
    {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "acks": "all",
        "enable.idempotence": True,
        "partitioner": "murmur2_random",
    }
)
value = json.dumps(event, ensure_ascii=False).encode("utf-8")
producer.produce("course.events.v1", key=course_id, value=value, headers=headers, on_delivery=on_delivery)
producer.flush()
