"""How an object store is opened: settings from Hadoop's configuration names, which Databricks notebooks set.

The result has the names of the object_store library, which obstore, delta-rs and Sail share; as environment variables
they are the same in capitals. Sources: hadoop-aws "Connecting to S3", hadoop-azure "ABFS authentication", Databricks
"Connect to Google Cloud Storage"; object_store's AmazonS3ConfigKey, AzureConfigKey, GoogleConfigKey.
"""

import json
import re
from collections.abc import Callable, Mapping

from brickyard.errors import InvalidParameterValue
from brickyard.wire.cloud import CloudUri

_PREFIX = "spark.hadoop."
_S3 = {
    "access.key": "aws_access_key_id",
    "secret.key": "aws_secret_access_key",
    "session.token": "aws_session_token",
    "endpoint": "aws_endpoint",
    "endpoint.region": "aws_region",
}
_S3_OLD = {"awsAccessKeyId": "aws_access_key_id", "awsSecretAccessKey": "aws_secret_access_key"}
_TENANT = re.compile(r"https://[^/]+/(?P<tenant>[^/]+)/oauth2(?:/v2\.0)?/token")


def is_cloud_conf(name: str) -> bool:
    """Whether a configuration name is one of a file system's."""
    return name.removeprefix(_PREFIX).startswith(("fs.", "google.cloud.auth."))


def options_of_confs(uri: CloudUri, confs: Mapping[str, str]) -> dict[str, str]:
    """What a session's configuration says of a place; empty: nothing.

    Args:
        confs: by Hadoop's names, with or without `spark.hadoop.`.

    Raises:
        InvalidParameterValue: a value is wrong, or a way to sign in is asked for that is not known here.
    """
    plain = {name.removeprefix(_PREFIX): value for name, value in confs.items()}
    if uri.provider == "s3":
        return _s3(uri, plain)
    return _azure(uri, plain) if uri.provider == "azure" else _gs(plain)


def options_of_environment(uri: CloudUri, environment: Mapping[str, str]) -> dict[str, str]:
    """What the libraries do not find in the environment themselves: an endpoint by each of its names, and that it may
    be one of plain http."""
    found: dict[str, str] = {}
    if uri.provider == "s3" and environment.get("AWS_ENDPOINT"):
        found["aws_endpoint"] = environment["AWS_ENDPOINT"]
    switch = {"s3": "AWS_ALLOW_HTTP", "azure": "AZURE_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP"}[uri.provider]
    if environment.get(switch, "").lower() == "true" or found.get("aws_endpoint", "").startswith("http://"):
        found["allow_http"] = "true"
    return found


def _s3(uri: CloudUri, confs: Mapping[str, str]) -> dict[str, str]:
    found = {
        key: confs[f"fs.{kind}.{old}"]
        for kind in ("s3", "s3n")
        for old, key in _S3_OLD.items()
        if f"fs.{kind}.{old}" in confs
    }
    for prefix in ("fs.s3.", "fs.s3n.", "fs.s3a.", f"fs.s3a.bucket.{uri.bucket}."):
        found |= {key: confs[prefix + name] for name, key in _S3.items() if prefix + name in confs}
        if (style := confs.get(f"{prefix}path.style.access")) is not None:
            found["aws_virtual_hosted_style_request"] = "false" if style.lower() == "true" else "true"
    endpoint = found.get("aws_endpoint", "")
    if endpoint and "://" not in endpoint:
        plain = confs.get("fs.s3a.connection.ssl.enabled", "true").lower() == "false"
        endpoint = found["aws_endpoint"] = f"{'http' if plain else 'https'}://{endpoint}"
    if endpoint.startswith("http://"):
        found["allow_http"] = "true"
    return found


def _azure(uri: CloudUri, confs: Mapping[str, str]) -> dict[str, str]:
    def of_account(name: str) -> str:
        hosts = [f"{name}.{uri.account}.{kind}.core.windows.net" for kind in ("dfs", "blob")]
        return next((confs[key] for key in (*hosts, name) if confs.get(key)), "")

    account = {"azure_storage_account_name": uri.account}
    kind = of_account("fs.azure.account.auth.type").lower()
    sas = of_account("fs.azure.sas.fixed.token") or of_account(f"fs.azure.sas.{uri.bucket}")
    if kind == "oauth":
        return account | _azure_application(uri, of_account)
    if kind not in {"", "sharedkey", "sas"}:
        raise InvalidParameterValue(
            f"fs.azure.account.auth.type {kind!r} of {uri.account} is not known here: SharedKey, SAS and OAuth are."
        )
    if sas and kind != "sharedkey":
        return account | {"azure_storage_sas_token": sas.removeprefix("?")}
    key = of_account("fs.azure.account.key")
    return account | {"azure_storage_account_key": key} if key else {}


def _azure_application(uri: CloudUri, of_account: Callable[[str], str]) -> dict[str, str]:
    base = "fs.azure.account.oauth2.client"
    endpoint = of_account(f"{base}.endpoint")
    tenant = _TENANT.fullmatch(endpoint)
    found = {
        "azure_storage_client_id": of_account(f"{base}.id"),
        "azure_storage_client_secret": of_account(f"{base}.secret"),
        "azure_storage_tenant_id": tenant["tenant"] if tenant else "",
    }
    if not all(found.values()):
        raise InvalidParameterValue(
            f"OAuth of the storage account {uri.account} needs {base}.id, {base}.secret and {base}.endpoint "
            "(https://login.microsoftonline.com/<tenant>/oauth2/token)."
        )
    return found


def _gs(confs: Mapping[str, str]) -> dict[str, str]:
    for name in ("fs.gs.auth.service.account.json.keyfile", "google.cloud.auth.service.account.json.keyfile"):
        if confs.get(name):
            return {"google_service_account": confs[name].removeprefix("file:")}
    base = "fs.gs.auth.service.account"
    key = {
        "type": "service_account",
        "client_email": confs.get(f"{base}.email", ""),
        "private_key": confs.get(f"{base}.private.key", ""),
        "private_key_id": confs.get(f"{base}.private.key.id", ""),
    }
    given = [name for name, value in key.items() if value]
    if given == ["type"]:
        return {}
    if len(given) < len(key):
        raise InvalidParameterValue(f"Cloud Storage needs {base}.email, {base}.private.key and {base}.private.key.id.")
    return {"google_service_account_key": json.dumps(key)}
