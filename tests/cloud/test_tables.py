"""Tables and files in object stores by the engine sail, seen from outside by delta-rs and by the server."""

import json

import pandas as pd
import pytest
from deltalake import DeltaTable, write_deltalake

from brickyard.notebook.client import ServerClient
from brickyard.notebook.server_of_home import RunningServer
from tests.cloud.buckets import REFUSED
from tests.cloud.conftest import RunFile
from tests.cloud.emulators import ACCOUNT, ACCOUNT_KEY, Emulator

KINDS = ("s3", "azure", "gs")

TABLES = """
import json
spark.sql("CREATE SCHEMA IF NOT EXISTS main.cloud")
for kind, root in json.loads({roots!r}).items():
    name = f"main.cloud.{{kind}}"
    spark.range(5).selectExpr("id", "concat('n', id) AS name").write.format("delta").save(f"{{root}}/t/path")
    assert spark.read.format("delta").load(f"{{root}}/t/path").count() == 5
    assert spark.sql(f"SELECT max(id) AS m FROM delta.`{{root}}/t/path`").first().m == 4
    spark.range(3).write.format("parquet").save(f"{{root}}/t/parquet")
    assert spark.read.parquet(f"{{root}}/t/parquet").count() == 3
    spark.range(3).write.option("header", "true").csv(f"{{root}}/t/csv")
    assert spark.read.option("header", "true").csv(f"{{root}}/t/csv").columns == ["id"]
    spark.sql(f"CREATE TABLE {{name}}_found LOCATION '{{root}}/t/path'")
    spark.sql(f"CREATE TABLE {{name}}_made (id BIGINT, name STRING) USING delta LOCATION '{{root}}/t/made'")
    spark.sql(f"INSERT INTO {{name}}_made VALUES (1, 'a'), (2, 'b')")
    spark.sql(f"MERGE INTO {{name}}_made t USING {{name}}_found s ON t.id = s.id "
              "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *")
    spark.sql(f"DELETE FROM {{name}}_made WHERE id = 0")
    frame = spark.table(f"{{name}}_made")
    frame.write.option("path", f"{{root}}/t/saved").saveAsTable(f"{{name}}_saved")
    frame.limit(1).write.mode("append").saveAsTable(f"{{name}}_saved")
    spark.sql(f"CREATE TABLE {{name}}_as LOCATION '{{root}}/t/as' AS SELECT 7 AS seven")
    print(kind, frame.count(), spark.table(f"{{name}}_saved").count(),
          spark.sql(f"DESCRIBE HISTORY {{name}}_made").first().operation,
          spark.sql(f"DESCRIBE DETAIL {{name}}_made").first().location)
"""


def test_tables_and_files(
    run_file: RunFile,
    cloud_server: RunningServer,
    cloud_token: str,
    s3: Emulator,
    azure: Emulator,
    gs: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stores = {"s3": s3, "azure": azure, "gs": gs}
    environment = {**s3.environment, **azure.environment, **gs.environment}
    roots = json.dumps({kind: store.root for kind, store in stores.items()})
    said = run_file(TABLES.format(roots=roots), **environment).splitlines()
    assert said == [f"{kind} 4 5 DELETE {store.root}/t/made" for kind, store in stores.items()]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client = ServerClient(cloud_server.url, cloud_token)
    for kind, store in stores.items():
        made = DeltaTable(f"{store.root}/t/made", storage_options=dict(store.options))
        assert made.version() == 3
        frame = made.to_pyarrow_table().to_pandas().sort_values("id")
        assert frame.values.tolist() == [[1, "n1"], [2, "n2"], [3, "n3"], [4, "n4"]]
        told = client.get(f"/api/2.1/unity-catalog/tables/main.cloud.{kind}_saved")
        assert (told["storage_location"], told["table_type"]) == (f"{store.root}/t/saved", "EXTERNAL")
        assert [column["name"] for column in told["columns"]] == ["id", "name"]
        page = _page(cloud_server, cloud_token, f"main.cloud.{kind}_made")
        assert "n4" in page
        assert "DELETE" in page


def test_a_table_that_another_program_wrote_and_one_that_is_gone(
    run_file: RunFile, cloud_server: RunningServer, cloud_token: str, s3: Emulator
) -> None:
    location = f"{s3.root}/outside"
    write_deltalake(location, pd.DataFrame({"a": [1, 2]}), storage_options=dict(s3.options))
    script = f"""
spark.sql("CREATE SCHEMA IF NOT EXISTS main.outside")
spark.sql("CREATE TABLE IF NOT EXISTS main.outside.t LOCATION 's3a://bricks/outside'")
print(spark.table("main.outside.t").count())
for text in ("CREATE TABLE main.outside.none LOCATION '{s3.root}/none'",
             "CREATE TABLE main.outside.none LOCATION 's3://no-such-bucket/none'",
             "CREATE TABLE main.outside.whole (a INT) LOCATION '{s3.root}'"):
    try:
        spark.sql(text)
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0])
"""
    said = run_file(script, **s3.environment).splitlines()
    assert said[0] == "2"
    assert [line.partition(" ")[0] for line in said[1:]] == ["ParseException", "AnalysisException", "AnalysisException"]
    assert "s3://no-such-bucket/none" in said[2]
    client = ServerClient(cloud_server.url, cloud_token)
    lost = {"catalog_name": "main", "schema_name": "outside", "table_type": "EXTERNAL", "data_source_format": "DELTA"}
    for name, place in (("gone", f"{s3.root}/gone"), ("nowhere", "s3://no-such-bucket/x")):
        client.post("/api/2.1/unity-catalog/tables", {**lost, "name": name, "storage_location": place, "columns": []})
        assert client.get(f"/api/2.1/unity-catalog/tables/main.outside.{name}")["storage_location"] == place
        assert place in _page(cloud_server, cloud_token, f"main.outside.{name}")


CONFS = """
spark.conf.set("fs.s3a.access.key", "AKIACONF")
spark.conf.set("fs.s3a.secret.key", "secret")
spark.conf.set("fs.s3a.endpoint", {url!r})
spark.conf.set("fs.s3a.bucket.closed.access.key", "OTHER")
spark.conf.set("fs.azure.account.key.{account}.dfs.core.windows.net", {key!r})
for root in ({s3!r}, {azure!r}):
    spark.range(4).write.format("delta").mode("overwrite").save(root + "/confs")
    print(spark.read.format("delta").load(root + "/confs").count(), dbutils.fs.ls(root + "/confs")[0].name)
    spark.sql("CREATE SCHEMA IF NOT EXISTS main.confs")
    name = "main.confs." + root[:2]
    spark.sql(f"CREATE TABLE {{name}} LOCATION '{{root}}/confs'")
    print(spark.table(name).count(), spark.sql(f"DESCRIBE DETAIL {{name}}").first().numFiles > 0)
spark.conf.set("fs.s3a.access.key", "ANOTHER")
for path in ({s3!r} + "/confs", "s3://closed/x"):
    try:
        spark.read.format("delta").load(path).count()
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[0][:300])
"""


def test_credentials_of_the_session(run_file: RunFile, s3: Emulator, azure: Emulator) -> None:
    script = CONFS.format(url=s3.url, account=ACCOUNT, key=ACCOUNT_KEY, s3=s3.root, azure=azure.root)
    said = run_file(script, **azure.environment, AWS_REGION="us-east-1").splitlines()
    assert said[:4] == ["4 _delta_log/", "4 True", "4 _delta_log/", "4 True"]
    assert said[4].startswith("UnsupportedOperationException")
    assert "s3://bricks" in said[4]
    assert "other credentials" in said[4]
    assert said[5].startswith("UnsupportedOperationException")
    assert "s3://closed" in said[5]


def test_the_keys_of_the_session_are_those_that_sign(run_file: RunFile, s3: Emulator) -> None:
    script = f"""
spark.conf.set("spark.hadoop.fs.s3a.access.key", {REFUSED!r})
spark.conf.set("fs.s3a.secret.key", "secret")
for call in (lambda: spark.read.format("delta").load("{s3.root}/x").count(),
             lambda: spark.sql("CREATE TABLE main.default.refused LOCATION '{s3.root}/x'"),
             lambda: dbutils.fs.ls("{s3.root}/x")):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, "403" in str(error) or "privileges" in str(error), "{s3.root}/x" in str(error))
"""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    environment = {name: value for name, value in s3.environment.items() if name not in keys}
    said = run_file(script, **environment).splitlines()
    assert said[1:] == ["AnalysisException True True", "PermissionDenied True True"]
    assert said[0].split()[1] == "True"


def _page(server: RunningServer, token: str, name: str) -> str:
    """The console's page of a table with its rows and its history."""
    client, found = ServerClient(server.url, token), b""
    for part in ("", "/sample", "/history"):
        with client.open("GET", f"/console/tables/{name}{part}") as answer:
            found += answer.read()
    return found.decode()
