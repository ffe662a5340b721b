"""What one day of car parks comes to, by window and region, computed from the files alone.

parking-day.py DAY WINDOW_MINUTES COUNTIES.json META.csv CHANGES.csv.gz...     DAY: YYYY-MM-DD, UTC
"""
import csv, gzip, json, sys
from collections import Counter, defaultdict
from datetime import datetime
from statistics import fmean

day, minutes, counties, meta, *files = sys.argv[1:]
county_of, window_s = json.load(open(counties)), 60 * int(minutes)
capacity = {row["place_id"]: int(row["num_all"] or 0) for row in csv.DictReader(open(meta, newline=""))}
occupied, outcomes = {}, Counter()
for file in files:
    for row in csv.DictReader(gzip.open(file, "rt", newline="")):
        lot, when, free = row["place_id"], row["timestamp"], int(row["free"])
        if when.startswith(day) and capacity.get(lot):
            outcome = "negative" if free < 0 else "over" if free > capacity[lot] else "counted"
            outcomes["again" if outcome == "counted" and (lot, when) in occupied else outcome] += 1
            if outcome == "counted":
                occupied.setdefault((lot, when), capacity[lot] - free)
readings, lots = defaultdict(list), defaultdict(list)
for (lot, when), spaces in occupied.items():
    readings[int(datetime.fromisoformat(when).timestamp() // window_s * window_s * 1000), lot].append(spaces)
for (window, lot), spaces in readings.items():
    for region in county_of[lot], "370000":
        lots[region, window].append((fmean(spaces), capacity[lot]))
print(json.dumps({"outcomes": outcomes, "windows": [{
    "region": region, "window_start": window, "lots_reporting": len(parts),
    "occupancy_pct": 100 * sum(used for used, _ in parts) / sum(size for _, size in parts),
    "free_spaces": sum(size - used for used, size in parts),
} for (region, window), parts in lots.items()]}))
