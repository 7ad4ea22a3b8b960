"""Writes a line of news for each course that is published. The README says which rules it keeps, and why."""

import json
import os
import signal

import psycopg
from confluent_kafka import Consumer, KafkaException, Producer
from jsonschema.exceptions import best_match
from schemas import payload_validator

BROKERS = os.environ["KAFKA_BROKERS"]
GROUP = os.environ["GROUP_ID"]
TOPIC = "distribution.events.v1"
published = payload_validator("distribution.published.v1")


class Unreadable(Exception):
    """Can never be handled."""


def read_event(value):
    """Returns None for an event that is not for us. Raises Unreadable for what can never be handled."""
    try:
        event = json.loads((value or b"").decode("utf-8"))
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(event, dict):
        raise Unreadable("not an event: no object")
    meta, payload = (part if isinstance(part := event.get(name), dict) else {} for name in ("meta", "payload"))
    event["tenant"] = meta.get("tenant_id") or payload.get("tenant_id")
    if not all(isinstance(event.get(field), str) for field in ("id", "type", "tenant")):
        raise Unreadable("not an event: id, type or tenant is missing")
    version = str(meta.get("schema_version"))
    if not version.startswith("1."):
        raise Unreadable(f"version {version} is not known")
    if event["type"] != "distribution.published" or event.get("target") not in (None, GROUP):
        return None
    if error := best_match(published.iter_errors(event.get("payload"))):
        raise Unreadable(f"{error.json_path}: {error.message}")
    return event


def handle(database, event):
    """Remembers the event and writes its effect, both or none. An event that is remembered has had its effect."""
    with database.transaction():
        remembered = database.execute(
            "INSERT INTO handled_events VALUES (%s, %s) ON CONFLICT DO NOTHING", (event["tenant"], event["id"])
        )
        if remembered.rowcount == 1:
            fields = (event["payload"][name] for name in ("slug", "title", "published_at"))
            database.execute("INSERT INTO news VALUES (%s, %s, %s, %s)", (event["tenant"], *fields))


def set_aside(producer, message, reason):
    origin = {
        "x-original-topic": message.topic(),
        "x-original-partition": str(message.partition()),
        "x-original-offset": str(message.offset()),
        "x-error-message": reason,
    }
    failures = []
    producer.produce(
        f"{GROUP}.dlq",
        key=message.key(),
        value=message.value(),
        headers=[*(message.headers() or []), *origin.items()],
        on_delivery=lambda error, _: error and failures.append(error),
    )
    producer.flush()
    if failures:
        raise KafkaException(failures[0])


def main():
    running = True

    def stop(*_):
        nonlocal running
        running = False

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)

    # librdkafka would choose partitions by another hash than all other clients.
    producer = Producer(
        {"bootstrap.servers": BROKERS, "acks": "all", "enable.idempotence": True, "partitioner": "murmur2_random"}
    )
    consumer = Consumer(
        {
            "bootstrap.servers": BROKERS,
            "group.id": GROUP,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    # An exception that no record is to blame for, such as a lost database, ends the program. Started again, it continues where it was.
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
            consumer.subscribe([TOPIC])
            while running:
                message = consumer.poll(1.0)
                if message is None:
                    continue
                if message.error():
                    raise KafkaException(message.error())
                try:
                    if event := read_event(message.value()):
                        handle(database, event)
                except Unreadable as error:
                    set_aside(producer, message, str(error))
                consumer.commit(message=message, asynchronous=False)
    finally:
        consumer.close()


main()
