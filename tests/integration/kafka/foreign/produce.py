"""Produces as librdkafka does: arguments are brokers, topic, codec, number of messages."""

import sys

from confluent_kafka import Producer

brokers, topic, codec, count = sys.argv[1:5]
producer = Producer(
    {
        "bootstrap.servers": brokers,
        "broker.address.family": "v4",
        "compression.type": codec,
        "linger.ms": 500,
        "acks": "all",
    }
)
failures = []
for i in range(int(count)):
    producer.produce(
        topic,
        partition=0,
        key="key",
        value=f"value {i} " + "0123456789 " * (i % 40),
        on_delivery=lambda error, _: failures.append(str(error)) if error else None,
    )
producer.flush(60)
sys.exit("; ".join(failures) or 0)
