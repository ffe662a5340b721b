"""Decodes the newest message of every partition of the given topics, as any Confluent client would.

Arguments: brokers, registry URL, topics. Prints, by topic, how many messages it decoded, how many partitions hold one,
and the fields of the last.
"""

import json
import sys

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers, registry_url, *topics = sys.argv[1:]
deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": "python-reader",
        "enable.auto.commit": False,
        "broker.address.family": "v4",
    }
)
seen = {topic: {"decoded": 0, "held": 0, "fields": []} for topic in topics}
newest = []
for topic in topics:
    for partition in consumer.list_topics(topic, timeout=30).topics[topic].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        if high > low:
            newest.append(TopicPartition(topic, partition, high - 1))
            seen[topic]["held"] += 1
consumer.assign(newest)
wanted = {(place.topic, place.partition) for place in newest}
while wanted:
    message = consumer.poll(60)
    if message is None:
        sys.exit(f"no message came of {sorted(wanted)}")
    if message.error():
        sys.exit(str(message.error()))
    topic = message.topic()
    if (topic, message.partition()) not in wanted or message.value() is None:
        continue
    value = deserialize(message.value(), SerializationContext(topic, MessageField.VALUE))
    wanted.remove((topic, message.partition()))
    seen[topic]["decoded"] += 1
    seen[topic]["fields"] = sorted(value)
consumer.close()
print(json.dumps(seen))
