import json

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.wire.cloud import parse_cloud_uri
from brickyard.wire.cloud_options import is_cloud_conf, options_of_confs, options_of_environment

S3 = parse_cloud_uri("s3://bucket/x")
AZURE = parse_cloud_uri("abfss://lake@account.dfs.core.windows.net/x")
GS = parse_cloud_uri("gs://bucket/x")
HOST = "account.dfs.core.windows.net"


def test_nothing_is_set() -> None:
    for uri in (S3, AZURE, GS):
        assert options_of_confs(uri, {"spark.sql.shuffle.partitions": "8"}) == {}


def test_s3() -> None:
    confs = {
        "fs.s3n.awsAccessKeyId": "OLD",
        "spark.hadoop.fs.s3a.access.key": "KEY",
        "fs.s3a.secret.key": "SECRET",
        "fs.s3a.session.token": "TOKEN",
        "fs.s3a.endpoint": "minio:9000",
        "fs.s3a.connection.ssl.enabled": "false",
        "fs.s3a.path.style.access": "true",
        "fs.s3a.bucket.bucket.endpoint.region": "eu-west-1",
        "fs.s3a.bucket.other.access.key": "OTHER",
    }
    assert options_of_confs(S3, confs) == {
        "aws_access_key_id": "KEY",
        "aws_secret_access_key": "SECRET",
        "aws_session_token": "TOKEN",
        "aws_endpoint": "http://minio:9000",
        "aws_region": "eu-west-1",
        "aws_virtual_hosted_style_request": "false",
        "allow_http": "true",
    }
    assert options_of_confs(parse_cloud_uri("s3://other"), confs)["aws_access_key_id"] == "OTHER"


def test_azure_keys_and_sas() -> None:
    key = {f"fs.azure.account.key.{HOST}": "K"}
    assert options_of_confs(AZURE, key) == {
        "azure_storage_account_name": "account",
        "azure_storage_account_key": "K",
    }
    assert options_of_confs(parse_cloud_uri("abfss://lake@other.dfs.core.windows.net"), key) == {}
    blob = {"fs.azure.account.key.account.blob.core.windows.net": "B"}
    assert options_of_confs(AZURE, blob)["azure_storage_account_key"] == "B"
    sas = {f"fs.azure.account.auth.type.{HOST}": "SAS", f"fs.azure.sas.fixed.token.{HOST}": "?sv=1"}
    assert options_of_confs(AZURE, {**key, **sas})["azure_storage_sas_token"] == "sv=1"
    old = {"fs.azure.sas.lake.account.blob.core.windows.net": "sv=2"}
    assert options_of_confs(AZURE, old)["azure_storage_sas_token"] == "sv=2"


def test_azure_application() -> None:
    base = "fs.azure.account.oauth2.client"
    confs = {
        "fs.azure.account.auth.type": "OAuth",
        f"{base}.id.{HOST}": "app",
        f"{base}.secret.{HOST}": "secret",
        f"{base}.endpoint.{HOST}": "https://login.microsoftonline.com/tenant-1/oauth2/token",
    }
    assert options_of_confs(AZURE, confs) == {
        "azure_storage_account_name": "account",
        "azure_storage_client_id": "app",
        "azure_storage_client_secret": "secret",
        "azure_storage_tenant_id": "tenant-1",
    }
    with pytest.raises(InvalidParameterValue, match="endpoint"):
        options_of_confs(AZURE, {**confs, f"{base}.endpoint.{HOST}": ""})
    with pytest.raises(InvalidParameterValue, match="custom"):
        options_of_confs(AZURE, {"fs.azure.account.auth.type": "Custom"})


def test_google() -> None:
    confs = {"spark.hadoop.google.cloud.auth.service.account.json.keyfile": "/key.json"}
    assert options_of_confs(GS, confs) == {"google_service_account": "/key.json"}
    base = "spark.hadoop.fs.gs.auth.service.account"
    parts = {f"{base}.email": "a@b", f"{base}.private.key": "P", f"{base}.private.key.id": "I"}
    key = json.loads(options_of_confs(GS, parts)["google_service_account_key"])
    assert (key["client_email"], key["private_key"], key["private_key_id"]) == ("a@b", "P", "I")
    with pytest.raises(InvalidParameterValue, match=r"private\.key"):
        options_of_confs(GS, {f"{base}.email": "a@b"})


def test_environment() -> None:
    assert options_of_environment(S3, {"AWS_ACCESS_KEY_ID": "x"}) == {}
    endpoint = {"AWS_ENDPOINT": "http://127.0.0.1:9"}
    assert options_of_environment(S3, endpoint) == {"aws_endpoint": "http://127.0.0.1:9", "allow_http": "true"}
    assert options_of_environment(GS, endpoint) == {}
    assert options_of_environment(GS, {"GOOGLE_ALLOW_HTTP": "true"}) == {"allow_http": "true"}


def test_which_names_count() -> None:
    assert is_cloud_conf("spark.hadoop.fs.s3a.access.key")
    assert is_cloud_conf("fs.azure.account.key.x")
    assert not is_cloud_conf("spark.sql.ansi.enabled")
