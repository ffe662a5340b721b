"""Reads every view of a database into a DataFrame, as an analyst does. Arguments: URL with user and password, database.

Prints, by view, how many rows it read and its columns' types.
"""

import json
import sys
from urllib.parse import urlparse

import clickhouse_connect

url = urlparse(sys.argv[1])
client = clickhouse_connect.get_client(
    host=url.hostname, port=url.port, username=url.username, password=url.password, database=sys.argv[2]
)
views = client.query_df(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'View' ORDER BY name"
)
seen = {}
for view in views["name"]:
    frame = client.query_df(f"SELECT * FROM {view} LIMIT 10000")
    seen[view] = {"rows": len(frame), "columns": {name: str(kind) for name, kind in frame.dtypes.items()}}
print(json.dumps(seen))
