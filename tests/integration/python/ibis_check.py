"""Uses ClickHouse as an analyst with ibis does: tables here, dataframes from there. Prints OK or fails."""

import sys
from urllib.parse import urlparse

import ibis
import pandas as pd
import pyarrow as pa

url = urlparse(sys.argv[1])
con = ibis.clickhouse.connect(host=url.hostname, port=url.port, password=sys.argv[2], database="default")
assert con.version.startswith("26."), con.version

con.raw_sql("CREATE TABLE racks (id Int64, county String, v Nullable(Float64)) ENGINE = MergeTree ORDER BY id")
con.raw_sql("INSERT INTO racks SELECT number, toString(number % 3), number / 2 FROM numbers(30000)")
racks = con.table("racks")
assert con.list_tables() == ["racks"]
assert racks.to_pyarrow().num_rows == 30_000

# Memtables go along with the query as external tables.
notes = ibis.memtable(pd.DataFrame({"county": ["0", "2"], "note": ["first", "third"]}))
per_note = racks.join(notes, "county").group_by("note").agg(n=lambda t: t.count(), v=lambda t: t.v.sum())
frame = per_note.order_by("note").execute()
assert list(frame.note) == ["first", "third"] and list(frame.n) == [10_000, 10_000], frame
big = ibis.memtable(pd.DataFrame({"id": range(0, 100_000, 2)}))
assert con.execute(racks.join(big, "id").count()) == 15_000
times = pa.array([None, 1_700_000_000_000, 0], pa.timestamp("ms"))
typed = ibis.memtable(pa.table({"a": [1, None, 3], "at": times, "l": [["x"], [], ["y", "z"]]}))
back = con.execute(typed.order_by("a"))
assert back.shape == (3, 3) and list(back.l.iloc[1]) == ["y", "z"], back
one, other = ibis.memtable({"x": [1, 2]}), ibis.memtable({"x": [2, 3]})
assert list(con.execute(one.join(other, "x")).x) == [2]

con.create_table("copied", pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
con.insert("copied", pd.DataFrame({"a": [3], "b": ["z"]}))
assert list(con.table("copied").order_by("a").execute().b) == ["x", "y", "z"]
con.create_table("held", pd.DataFrame({"a": [1, 2]}), temp=True)
assert con.execute(con.table("held").count()) == 2

print("OK")
