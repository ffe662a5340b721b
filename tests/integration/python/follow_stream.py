"""
Follows the stream as any program could, across the loss of a server, and checks every frame against kpi.regional.

Arguments: comma-separated stream URLs, brokers, registry URL, minimum coverage of each KPI as JSON.
Prints "live" when values came, "back" when it resumed elsewhere. A position on stdin tells how far to follow; then it
reads the topic up to there and prints the findings as JSON.
"""

import json
import sys
import threading
import time

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

urls = sys.argv[1].split(",")
brokers, registry_url = sys.argv[2:4]
min_coverage = json.loads(sys.argv[4])
topic = "kpi.regional"
province = {"type": "subscribe", "id": "all", "regions": ["370000"], "depth": "subtree", "kpis": ["*"]}

target = [None]


def read_target():
    target[0] = int(sys.stdin.readline())


threading.Thread(target=read_target, daemon=True).start()


def say(word):
    print(word, flush=True)


def follow():
    """Every frame that has a position, welcome excluded, in the order in which they came."""
    frames, position, log, attempt = [], None, None, 0
    while True:
        try:
            with connect(urls[attempt % len(urls)], max_size=None) as socket:
                hello = {"type": "hello", "protocol": 1}
                if position is not None:
                    hello["resume"] = {"position": position, "log": log}
                socket.send(json.dumps(hello))
                socket.send(json.dumps(province))
                for text in socket:
                    frame = json.loads(text)
                    if frame["type"] == "welcome":
                        log = frame.get("log")
                    if frame["type"] not in ("snapshot", "delta", "heartbeat"):
                        continue
                    if frame["type"] == "snapshot":
                        say("live" if position is None else "back")
                    frames.append(frame)
                    position = frame["position"] if position is None else max(position, frame["position"])
                    if target[0] is not None and position >= target[0]:
                        return frames
        except (ConnectionClosed, OSError):
            time.sleep(0.2)
        attempt += 1


def epoch_ms(moment):
    return round(moment.timestamp() * 1000)


def read_topic(end):
    """All messages below a position."""
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
    consumer = Consumer(
        {"bootstrap.servers": brokers, "group.id": "follow-stream", "broker.address.family": "v4"}
    )
    consumer.assign([TopicPartition(topic, 0, 0)])
    messages = []
    while len(messages) < end:
        message = consumer.poll(60)
        if message is None or message.error():
            sys.exit(f"only {len(messages)} of {end} messages came")
        messages.append(deserialize(message.value(), SerializationContext(topic, MessageField.VALUE)))
    consumer.close()
    return messages


class Current:
    """The current value of every cell after a number of messages, by the documented rule."""

    def __init__(self, messages):
        self.messages = messages
        self.read = 0
        self.windows = {}
        self.cells = {}

    def advance(self, position):
        while self.read < position:
            message = self.messages[self.read]
            self.read += 1
            series = self.windows.setdefault((message["region"], message["record"]), {})
            start = epoch_ms(message["window_start"])
            held = series.get(start)
            if held is not None and not supersedes(rank_of(message), rank_of(held)):
                continue
            series[start] = message
            for kpi in message["kpis"]:
                self.choose(kpi["kpi"], message["region"], series)

    def choose(self, kpi, region, series):
        """The newest window that is covered or final."""
        for start in sorted(series, reverse=True):
            window = series[start]
            is_final = window["status"] != "provisional"
            is_covered = window["coverage"] is not None and window["coverage"] >= min_coverage[kpi]
            if is_final or is_covered:
                value = next(one["value"] for one in window["kpis"] if one["kpi"] == kpi)
                self.cells[kpi, region] = (start, window["version"], window["revision"], value)
                return


def rank_of(window):
    return window["version"], window["revision"]


def supersedes(rank, held):
    """With equal versions the later one holds, but no provisional one (revision 0) after a final one."""
    if rank[0] != held[0]:
        return rank[0] > held[0]
    return rank[1] > 0 and rank[1] != held[1]


def key_of(cell):
    return cell["kpi"], cell["region"]


def what(cell):
    return cell["window_start"], cell["version"], cell["revision"], cell["value"]


def check(frames, messages):
    """Replays the frames: after each one, what is held must be what was current at its position."""
    wrong, held, newest, last = [], {}, {}, 0
    current = Current(messages)
    compared = 0
    for number, frame in enumerate(frames):
        position = frame["position"]
        if position < last:
            wrong.append(f"frame {number}: position {position} after {last}")
            break
        last = position
        if frame["type"] == "snapshot" and "since" not in frame:
            held = {}
        for cell in frame.get("cells", []):
            window = (*key_of(cell), cell["window_start"])
            rank = rank_of(cell)
            before = newest.get(window, rank)
            if rank != before and not supersedes(rank, before):
                wrong.append(f"frame {number}: {window} went back to {rank} from {newest[window]}")
            newest[window] = rank
            held[key_of(cell)] = what(cell)
        if position > len(messages):
            break
        current.advance(position)
        compared += len(current.cells)
        if held != current.cells:
            keys = held.keys() | current.cells.keys()
            differing = [key for key in keys if held.get(key) != current.cells.get(key)]
            key = differing[0]
            wrong.append(
                f"frame {number} ({frame['type']}) at {position}: {len(differing)} cells differ, "
                f"{key} is {held.get(key)}, not {current.cells.get(key)}"
            )
    return wrong[:20], compared


frames = follow()
end = max(frame["position"] for frame in frames)
wrong, compared = check(frames, read_topic(end))
snapshots = [frame for frame in frames if frame["type"] == "snapshot"]
print(
    json.dumps(
        {
            "frames": len(frames),
            "deltas": sum(frame["type"] == "delta" for frame in frames),
            "snapshots": len(snapshots),
            "resumed": sum("since" in frame for frame in snapshots),
            "reasons": [frame["reason"] for frame in snapshots if "reason" in frame],
            "position": end,
            "compared": compared,
            "wrong": wrong,
        }
    )
)
