"""The REST, through the stock SDK and bare requests, on a running server."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service.catalog import (
    ColumnInfo,
    ColumnTypeName,
    DataSourceFormat,
    PathOperation,
    PrimaryKeyConstraint,
    TableConstraint,
    TableInfo,
    TableOperation,
    TableType,
    VolumeType,
)

from brickyard.server.catalog.wire import ENGINES_ROOT
from tests.server.catalog.conftest import LiveServer, fresh, write_delta

COLUMNS = [
    ColumnInfo(
        name="id",
        type_name=ColumnTypeName.LONG,
        type_text="bigint",
        type_json='{"name":"id","type":"long","nullable":true,"metadata":{}}',
        position=0,
    )
]


def make_table(live: LiveServer, catalog: str, name: str = "t") -> TableInfo:
    """A written and registered table of two columns in the schema `ml`."""
    client = live.client
    root = client.schemas.get(f"{catalog}.ml").storage_root
    assert root is not None
    write_delta(f"{root}/{name}", id=[1, 2], v=["a", "b"])
    return client.tables.create(
        name=name,
        catalog_name=catalog,
        schema_name="ml",
        table_type=TableType.EXTERNAL,
        data_source_format=DataSourceFormat.DELTA,
        storage_location=f"{root}/{name}",
        columns=COLUMNS,
    )


@pytest.fixture
def catalog(live: LiveServer) -> str:
    name = fresh("c")
    live.client.catalogs.create(name=name, comment="made by a test")
    live.client.schemas.create(name="ml", catalog_name=name)
    return name


def test_catalogs_and_schemas(live: LiveServer, catalog: str) -> None:
    client = live.client
    assert {"main", "hive_metastore", catalog} <= {row.name for row in client.catalogs.list()}
    assert client.catalogs.get(catalog.upper()).comment == "made by a test"
    assert [row.full_name for row in client.schemas.list(catalog)] == [f"{catalog}.default", f"{catalog}.ml"]
    assert client.catalogs.update(catalog, owner="me", properties={"a": "b"}).properties == {"a": "b"}
    assert client.schemas.update(f"{catalog}.ml", new_name="ml2", comment="c").full_name == f"{catalog}.ml2"
    schema = client.schemas.get(f"{catalog}.ml2")
    assert schema.schema_id and schema.owner == "admin" and schema.metastore_id
    client.schemas.delete(f"{catalog}.ml2")
    client.catalogs.delete(catalog)
    with pytest.raises(NotFound):
        client.catalogs.get(catalog)


def test_the_life_of_a_table(live: LiveServer, catalog: str) -> None:
    client, full_name = live.client, f"{catalog}.ml.t"
    assert client.tables.exists(full_name).table_exists is False
    made = make_table(live, catalog)
    assert made.table_type is TableType.MANAGED and made.data_source_format is DataSourceFormat.DELTA
    found = client.tables.get(full_name)
    assert found == made
    assert [(c.name, c.type_name, c.type_text) for c in found.columns or []] == [
        ("id", ColumnTypeName.LONG, "bigint"),
        ("v", ColumnTypeName.STRING, "string"),
    ]
    assert client.tables.exists(full_name).table_exists is True
    assert [row.full_name for row in client.tables.list(catalog, "ml")] == [full_name]
    bare = next(iter(client.tables.list(catalog, "ml", omit_columns=True, omit_properties=True)))
    assert not bare.columns and not bare.properties
    assert [row.full_name for row in client.tables.list_summaries(catalog, table_name_pattern="T%")] == [full_name]
    client.tables.update(full_name, owner="someone")
    assert client.tables.get(full_name).owner == "someone"
    location = Path(unquote(urlsplit(found.storage_location or "").path))
    assert location.is_relative_to(live.home.tables) and location.is_dir()
    client.tables.delete(full_name)
    assert not location.exists()
    with pytest.raises(NotFound, match=f"Table '{full_name}' does not exist"):
        client.tables.get(full_name)


def test_lists_are_paged(live: LiveServer, catalog: str) -> None:
    for index in range(5):
        reply = live.call("POST", "tables", json={"name": f"t{index}", "catalog_name": catalog, "schema_name": "ml"})
        assert reply.status_code == 200, reply.text
    assert len(list(live.client.tables.list(catalog, "ml", max_results=2))) == 5
    first = live.call("GET", "tables", params={"catalog_name": catalog, "schema_name": "ml", "max_results": 2}).json()
    assert [row["name"] for row in first["tables"]] == ["t0", "t1"] and first["next_page_token"]
    whole = live.call("GET", "tables", params={"catalog_name": catalog, "schema_name": "ml"}).json()
    assert len(whole["tables"]) == 5 and "next_page_token" not in whole


def test_a_primary_key_with_a_time_column(live: LiveServer, catalog: str) -> None:
    client, made = live.client, make_table(live, catalog)
    key = PrimaryKeyConstraint(name="t_pk", child_columns=["id", "v"], timeseries_columns=["v"])
    client.table_constraints.create(made.full_name or "", TableConstraint(primary_key_constraint=key))
    found = client.tables.get(made.full_name or "").table_constraints
    assert found is not None and found[0].primary_key_constraint == key
    client.table_constraints.delete(made.full_name or "", "t_pk", cascade=False)
    assert not client.tables.get(made.full_name or "").table_constraints


def test_the_metastore_and_credentials(live: LiveServer, catalog: str) -> None:
    client, made = live.client, make_table(live, catalog)
    current = client.metastores.current()
    assert current.default_catalog_name == "main" and current.workspace_id
    assert client.metastores.summary().metastore_id == current.metastore_id == made.metastore_id
    table = client.temporary_table_credentials.generate_temporary_table_credentials(
        table_id=made.table_id, operation=TableOperation.READ
    )
    assert table.url == made.storage_location and table.aws_temp_credentials is None
    assert (table.expiration_time or 0) > (made.created_at or 0)
    path = client.temporary_path_credentials.generate_temporary_path_credentials(
        url=made.storage_location or "", operation=PathOperation.PATH_READ
    )
    assert path.url == made.storage_location
    with pytest.raises(PermissionDenied, match="/etc"):
        client.temporary_path_credentials.generate_temporary_path_credentials(
            url="file:///etc", operation=PathOperation.PATH_READ
        )
    with pytest.raises(NotFound, match="no-such-id"):
        client.temporary_table_credentials.generate_temporary_table_credentials(table_id="no-such-id")


def test_volumes(live: LiveServer, catalog: str) -> None:
    client = live.client
    made = client.volumes.create(catalog, "ml", "raw", VolumeType.MANAGED, comment="c")
    assert made.full_name == f"{catalog}.ml.raw"
    assert [row.name for row in client.volumes.list(catalog, "ml")] == ["raw"]
    assert client.volumes.update(f"{catalog}.ml.raw", comment="d").comment == "d"
    assert client.volumes.read(f"{catalog}.ml.raw").volume_id == made.volume_id
    client.volumes.delete(f"{catalog}.ml.raw")
    assert list(client.volumes.list(catalog, "ml")) == []


def test_duplicates_and_full_schemas(live: LiveServer, catalog: str) -> None:
    client = live.client
    make_table(live, catalog)
    with pytest.raises(ResourceAlreadyExists, match="already exists"):
        client.catalogs.create(name=catalog)
    with pytest.raises(ResourceAlreadyExists, match="already exists"):
        client.schemas.create(name="ML", catalog_name=catalog)
    with pytest.raises(BadRequest, match="not empty"):
        client.schemas.delete(f"{catalog}.ml")
    client.schemas.delete(f"{catalog}.ml", force=True)


def test_engines_see_external_tables_and_are_told_where_commits_go(live: LiveServer, catalog: str) -> None:
    make_table(live, catalog)
    seen = live.call("GET", f"tables/{catalog}.ml.t", root=ENGINES_ROOT).json()
    assert seen["table_type"] == "EXTERNAL"
    truth = live.call("GET", f"tables/{catalog}.ml.t").json()
    assert seen == truth | {"table_type": "EXTERNAL"}
    listed = live.call("GET", "tables", ENGINES_ROOT, params={"catalog_name": catalog, "schema_name": "ml"}).json()
    assert [row["table_type"] for row in listed["tables"]] == ["EXTERNAL"]
    for method, path in (
        ("GET", "delta/preview/commits"),
        ("POST", "delta/preview/commits"),
        ("POST", "staging-tables"),
    ):
        refused = live.call(method, path, json={"table_id": "x"})
        assert (refused.status_code, refused.json()["error_code"]) == (501, "NOT_IMPLEMENTED")
        assert ENGINES_ROOT in refused.json()["message"]
    assert live.call("POST", "schemas", ENGINES_ROOT, json={"name": "ml", "catalog_name": catalog}).status_code == 409
    assert live.call("DELETE", f"tables/{catalog}.ml.t", root=ENGINES_ROOT).status_code == 200


def test_names_with_odd_characters(live: LiveServer, catalog: str) -> None:
    for name in ("ünï", "my-table", "50%25", "it's", 'q"uote'):
        reply = live.call("POST", "tables", json={"name": name, "catalog_name": catalog, "schema_name": "ml"})
        assert reply.status_code == 200, reply.text
        from_path = requests.utils.quote(f"{catalog}.ml.{name}", safe="")  # type: ignore[attr-defined]  # not in its stubs
        assert live.call("GET", f"tables/{from_path}").json()["name"] == name
    assert live.call("GET", f"tables/`{catalog}`.ml.`my-table`").json()["name"] == "my-table"


def test_nothing_is_open_without_a_token(live: LiveServer) -> None:
    for path in ("catalogs", "tables/main.default.t", "current-metastore-assignment"):
        assert requests.get(f"{live.url}/api/2.1/unity-catalog/{path}", timeout=30).status_code == 401
    assert requests.get(f"{live.url}{ENGINES_ROOT}/catalogs", timeout=30).status_code == 401


TABLE = {"name": "t", "catalog_name": "main", "schema_name": "default"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "says"),
    [
        ("POST", "catalogs", "{", 400, "MALFORMED_REQUEST", "JSON"),
        ("POST", "catalogs", [], 400, "MALFORMED_REQUEST", "object"),
        ("POST", "catalogs", {}, 400, "INVALID_PARAMETER_VALUE", "'name'"),
        ("POST", "catalogs", {"name": 5}, 400, "INVALID_PARAMETER_VALUE", "name"),
        ("POST", "catalogs", {"name": "a b"}, 400, "INVALID_PARAMETER_VALUE", "'name'"),
        ("POST", "catalogs", {"name": "../x"}, 400, "INVALID_PARAMETER_VALUE", "'name'"),
        ("POST", "catalogs", {"name": "x" * 256}, 400, "INVALID_PARAMETER_VALUE", "255"),
        ("POST", "catalogs", {"name": "x", "comment": "a\0b"}, 400, "INVALID_PARAMETER_VALUE", "comment"),
        ("POST", "catalogs", {"name": "x", "properties": {"a": 1}}, 400, "INVALID_PARAMETER_VALUE", "properties"),
        ("POST", "catalogs", {"name": "x", "storage_root": "s3://b"}, 501, "NOT_IMPLEMENTED", "storage_root"),
        ("POST", "catalogs", {"name": "x", "connection_name": "c"}, 501, "NOT_IMPLEMENTED", "connection_name"),
        ("POST", "catalogs", {"name": "main", "unknown": 1}, 409, "RESOURCE_ALREADY_EXISTS", "main"),
        ("GET", "catalogs?max_results=-1", None, 400, "INVALID_PARAMETER_VALUE", "max_results"),
        ("GET", "catalogs?max_results=x", None, 400, "INVALID_PARAMETER_VALUE", "max_results"),
        ("GET", "catalogs?page_token=%ff", None, 400, "MALFORMED_REQUEST", "query"),
        ("GET", "catalogs?page_token=!", None, 400, "INVALID_PARAMETER_VALUE", "page_token"),
        ("GET", "catalogs/nope", None, 404, "RESOURCE_DOES_NOT_EXIST", "'nope'"),
        ("GET", "catalogs/a%00b", None, 400, "INVALID_PARAMETER_VALUE", "'name'"),
        ("GET", "catalogs/%ff", None, 404, "RESOURCE_DOES_NOT_EXIST", "does not exist"),
        ("DELETE", "catalogs/main?force=true", None, 400, "BAD_REQUEST", "default catalog"),
        ("PATCH", "catalogs/main", {"owner": ""}, 400, "INVALID_PARAMETER_VALUE", "'owner'"),
        ("POST", "schemas", {"name": "x"}, 400, "INVALID_PARAMETER_VALUE", "'catalog_name'"),
        ("POST", "schemas", {"name": "x", "catalog_name": "nope"}, 404, "RESOURCE_DOES_NOT_EXIST", "'nope'"),
        ("GET", "schemas", None, 400, "INVALID_PARAMETER_VALUE", "'catalog_name'"),
        ("GET", "schemas/main", None, 400, "INVALID_PARAMETER_VALUE", "catalog.schema"),
        ("GET", "schemas/main.nope", None, 404, "RESOURCE_DOES_NOT_EXIST", "'main.nope'"),
        ("GET", "tables?catalog_name=main", None, 400, "INVALID_PARAMETER_VALUE", "'schema_name'"),
        ("GET", "tables/t", None, 400, "INVALID_PARAMETER_VALUE", "catalog.schema.name"),
        ("GET", "tables/..%2F..%2Fetc.a.b", None, 400, "INVALID_PARAMETER_VALUE", "full_name"),
        ("GET", "tables/main.default.nope", None, 404, "RESOURCE_DOES_NOT_EXIST", "Table 'main.default.nope'"),
        ("POST", "tables", {**TABLE, "storage_location": "/etc/x"}, 403, "PERMISSION_DENIED", "/etc/x"),
        ("POST", "tables", {**TABLE, "storage_location": "s3://b/x"}, 400, "INVALID_PARAMETER_VALUE", "s3://b/x"),
        ("POST", "tables", {**TABLE, "storage_location": "file://["}, 400, "INVALID_PARAMETER_VALUE", "location"),
        ("POST", "tables", {**TABLE, "storage_location": "a/../b"}, 400, "INVALID_PARAMETER_VALUE", "location"),
        ("POST", "tables", {**TABLE, "data_source_format": "CSV"}, 400, "INVALID_PARAMETER_VALUE", "CSV"),
        ("POST", "tables", {**TABLE, "table_type": "VIEW"}, 400, "INVALID_PARAMETER_VALUE", "table_type"),
        ("POST", "tables", {**TABLE, "columns": [{}]}, 400, "INVALID_PARAMETER_VALUE", "name"),
        ("POST", "tables", {**TABLE, "columns": [{"name": ""}]}, 400, "INVALID_PARAMETER_VALUE", "columns[0].name"),
        ("POST", "tables", {**TABLE, "columns": [{"name": "a"}, {"name": "A"}]}, 400, "INVALID_PARAMETER_VALUE", "two"),
        (
            "POST",
            "tables",
            {**TABLE, "columns": [{"name": "a", "type_name": "X"}]},
            400,
            "INVALID_PARAMETER_VALUE",
            "'X'",
        ),
        ("POST", "tables", {**TABLE, "columns": "a"}, 400, "INVALID_PARAMETER_VALUE", "columns"),
        ("GET", "table-summaries", None, 400, "INVALID_PARAMETER_VALUE", "'catalog_name'"),
        ("POST", "constraints", {"full_name_arg": "main.default.t"}, 400, "INVALID_PARAMETER_VALUE", "'constraint'"),
        (
            "POST",
            "constraints",
            {"full_name_arg": "a.b.c", "constraint": {}},
            400,
            "INVALID_PARAMETER_VALUE",
            "primary",
        ),
        (
            "POST",
            "constraints",
            {"full_name_arg": "a.b.c", "constraint": {"foreign_key_constraint": {}}},
            501,
            "NOT_IMPLEMENTED",
            "primary_key_constraint",
        ),
        ("DELETE", "constraints/main.default.t", None, 400, "INVALID_PARAMETER_VALUE", "'constraint_name'"),
        ("POST", "temporary-table-credentials", {"table_id": "a\0b"}, 400, "INVALID_PARAMETER_VALUE", "table_id"),
        ("POST", "volumes", {**TABLE, "volume_type": "EXTERNAL"}, 501, "NOT_IMPLEMENTED", "MANAGED"),
        ("PATCH", "volumes/main.default.v", {"new_name": "x"}, 501, "NOT_IMPLEMENTED", "renamed"),
        ("PUT", "catalogs", None, 404, "ENDPOINT_NOT_FOUND", "GET, POST"),
    ],
)
def test_bad_input(live: LiveServer, method: str, path: str, body: object, status: int, code: str, says: str) -> None:
    reply = live.call(method, path, **({"data": body} if isinstance(body, str) else {"json": body}))
    answer = reply.json()
    assert (reply.status_code, answer["error_code"]) == (status, code), reply.text
    assert says in answer["message"]
    assert "Traceback" not in answer["message"]
