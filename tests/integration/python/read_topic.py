"""Reads a topic as any Confluent client would: arguments are brokers, registry URL, topic, number of messages."""

import json
import sys

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry_url, topic, count = sys.argv[1:5]
deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": "python-reader",
        "auto.offset.reset": "earliest",
        "broker.address.family": "v4",
    }
)
consumer.subscribe([topic])
values = []
while len(values) < int(count):
    message = consumer.poll(60)
    if message is None:
        sys.exit(f"only {len(values)} of {count} messages came")
    if message.error():
        sys.exit(str(message.error()))
    value = deserialize(message.value(), SerializationContext(topic, MessageField.VALUE))
    values.append({"key": message.key().decode(), "value": value})
consumer.close()
print(json.dumps(values, default=str))
