"""Uses ClickHouse as an analyst does: clickhouse-connect with its defaults. Prints OK or fails."""

import sys
from datetime import datetime, timezone
from io import BytesIO
from urllib.parse import urlparse

import clickhouse_connect
import pandas as pd
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

url = urlparse(sys.argv[1])
connect = dict(host=url.hostname, port=url.port, password=sys.argv[2])
client = clickhouse_connect.get_client(**connect)
assert client.server_version.startswith("26."), client.server_version

client.command("CREATE DATABASE IF NOT EXISTS py")
client.command("DROP TABLE IF EXISTS py.readings")
client.command(
    """CREATE TABLE py.readings (asset_id String, county LowCardinality(String),
       event_time DateTime64(3, 'UTC'), value Nullable(Float64), tags Array(String), n UInt64 DEFAULT 7)
       ENGINE = ReplacingMergeTree ORDER BY (asset_id, event_time)"""
)

# The default insert: Native blocks, compressed with lz4.
at = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=timezone.utc)
rows = [[f"a{i}", "370102", at, None if i % 3 == 0 else i / 2, ["x", "y"]] for i in range(50_000)]
columns = ["asset_id", "county", "event_time", "value", "tags"]
summary = client.insert("py.readings", rows, column_names=columns)
assert summary.written_rows == 50_000, summary.written_rows

result = client.query("SELECT * FROM py.readings WHERE asset_id = {id:String}", parameters={"id": "a4"})
assert result.result_rows == [("a4", "370102", at.replace(tzinfo=None), 2.0, ["x", "y"], 7)], result.result_rows
assert client.query("SELECT sum(n) FROM py.readings").first_row[0] == 350_000
assert client.command("SELECT count() FROM py.readings WHERE value IS NULL") == 16_667
# Client-side parameters, settings, and a result of many blocks.
assert client.query("SELECT %(a)s", parameters={"a": "it's"}).first_row[0] == "it's"
big = client.query("SELECT number, toString(number) FROM numbers(300000)", settings={"max_block_size": 1000})
assert len(big.result_rows) == 300_000 and big.result_rows[-1] == (299_999, "299999")

frame = client.query_df("SELECT asset_id, event_time, value FROM py.readings ORDER BY asset_id LIMIT 5")
assert list(frame.columns) == ["asset_id", "event_time", "value"] and len(frame) == 5

frame = pd.DataFrame(
    {
        "asset_id": ["df1", "df2"],
        "county": ["370102", "370103"],
        "event_time": pd.to_datetime(["2026-03-01T00:00:00.500Z", "2026-03-01T00:00:01.000Z"]),
        "value": [1.5, None],
        "tags": [["t"], []],
    }
)
client.insert_df("py.readings", frame)
back = client.query_df("SELECT value, n FROM py.readings WHERE startsWith(asset_id, 'df') ORDER BY asset_id")
assert back["value"].iloc[0] == 1.5 and back["value"].isna().iloc[1] and list(back["n"]) == [7, 7], back

# A session: temporary tables last.
client.command("CREATE TEMPORARY TABLE mine (x UInt8)")
client.insert("mine", [[1], [2]], column_names=["x"], column_type_names=["UInt8"])
assert client.command("SELECT sum(x) FROM mine") == 3

# External tables: rows, a dataframe as Parquet, several at once with a parameter, in a statement that writes.
names = ExternalData(file_name="names.csv", data=b"a1,one\na2,two\n", fmt="CSV", structure=["id String", "name String"])
by_name = client.query("SELECT name FROM py.readings AS r INNER JOIN names ON id = asset_id", external_data=names)
assert sorted(by_name.result_rows) == [("one",), ("two",)], by_name.result_rows
parquet = BytesIO()
pd.DataFrame({"n": range(100_000)}).to_parquet(parquet)
numbers = ExternalData(file_name="numbers", data=parquet.getvalue(), fmt="Parquet", structure="n Int64")
assert client.query_df("SELECT sum(n) AS s FROM numbers", external_data=numbers)["s"][0] == 4_999_950_000
numbers.add_file(file_name="one", data=b"7\n", types=["UInt8"])
seven = client.query(
    "SELECT count() FROM numbers WHERE n < (SELECT _1 FROM one) + {more:UInt8}",
    parameters={"more": 3},
    external_data=numbers,
)
assert seven.first_row[0] == 10, seven.first_row
client.command("INSERT INTO py.readings (asset_id) SELECT concat('ext', name) FROM names", external_data=names)
assert client.command("SELECT count() FROM py.readings WHERE startsWith(asset_id, 'ext')") == 2
form = clickhouse_connect.get_client(**connect, form_encode_query_params=True)
long = form.query("SELECT length({a:String}), sum(n) FROM numbers", {"a": "x" * 100_000}, external_data=numbers)
assert long.first_row == (100_000, 4_999_950_000), long.first_row

for compress in (False, "lz4", "zstd", "gzip"):
    other = clickhouse_connect.get_client(**connect, database="py", compress=compress)
    other.insert("readings", [[f"c-{compress}", "370102", at, 1.0, []]], column_names=columns)
    found = other.query("SELECT count() FROM readings WHERE asset_id = {a:String}", {"a": f"c-{compress}"})
    assert found.first_row[0] == 1, compress
    assert len(other.query("SELECT number FROM numbers(10000)").result_rows) == 10_000, compress

client.raw_insert("py.readings", ["asset_id", "value"], b"csv1,1\ncsv2,2\n", fmt="CSV")
assert client.raw_query("SELECT count() FROM py.readings WHERE startsWith(asset_id, 'csv')") == b"2\n"

try:
    client.query("SELECT * FROM py.no_such_table")
    raise AssertionError("no error for an unknown table")
except DatabaseError as error:
    assert "Code: 60" in str(error) or "code 60" in str(error), error
try:
    client.query("SELECT count() FROM system.query_log")
    raise AssertionError("there is a query_log")
except DatabaseError as error:
    assert "keeps no log tables" in str(error), error
try:
    clickhouse_connect.get_client(**{**connect, "username": "bob"})
    raise AssertionError("bob was let in")
except DatabaseError as error:
    assert "516" in str(error), error

client.command("DROP DATABASE py")
print("OK")
