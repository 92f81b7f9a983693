"""Encryption of secrets: AES-256-GCM with a key that lies in a file of the home.

The name of a secret is authenticated with its value, so that values that are exchanged in the database are noticed.
Source: NIST SP 800-38D; a random nonce of 96 bits per value.
"""

import base64
import binascii
import hashlib
import os
import secrets
import threading
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from brickyard.errors import InvalidState, StorageFull
from brickyard.server.disk import sync_folder

KEY_BYTES = 32
NONCE_BYTES = 12
FINGERPRINT_LENGTH = 16  # hexadecimal digits


class Vault:
    """Seals and opens values with one key, which is read when it is first needed.

    Thread-safety: any thread.
    """

    def __init__(self, key_file: Path) -> None:
        self._file = key_file
        self._lock = threading.Lock()

    @property
    def is_new(self) -> bool:
        """Whether there is no key yet."""
        return not self._file.exists()

    def create(self) -> None:
        """Make the key, readable by this user alone. One that is there stays.

        Raises:
            StorageFull: the file cannot be written.
        """
        with self._lock:
            if not self.is_new:
                return
            text = base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"
            draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(4)}")
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(draft, self._file)
                sync_folder(self._file.parent)
            except OSError as error:
                draft.unlink(missing_ok=True)
                raise StorageFull(
                    f"The key of the secrets, {self._file}, cannot be written: {error.strerror}."
                ) from error

    def seal(self, value: bytes, name: str) -> tuple[str, str]:
        """The encrypted value, and the fingerprint of the key.

        Raises:
            InvalidState: the key file is missing or unreadable.
        """
        key = self._key()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, value, name.encode())
        return base64.b64encode(nonce + sealed).decode(), _fingerprint(key)

    def open(self, sealed: str, sealed_by: str, name: str) -> bytes:
        """The value.

        Raises:
            InvalidState: the key file is missing, unreadable or another one, or the stored value was changed.
        """
        key = self._key()
        if _fingerprint(key) != sealed_by:
            raise InvalidState(
                f"The secret {name} was encrypted with another key than that of {self._file}: put the key file of "
                "that time back, or store the secret anew."
            )
        data = base64.b64decode(sealed)
        try:
            return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise InvalidState(f"The stored value of the secret {name} was changed: store the secret anew.") from None

    def _key(self) -> bytes:
        try:
            key = base64.b64decode(self._file.read_bytes().strip(), validate=True)
        except FileNotFoundError:
            raise InvalidState(
                f"The key of the secrets, {self._file}, is missing: put it back, or delete the scopes that hold "
                "secrets and store them anew."
            ) from None
        except OSError as error:
            raise InvalidState(f"The key of the secrets, {self._file}, cannot be read: {error.strerror}.") from None
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise InvalidState(f"{self._file} holds no key of {KEY_BYTES} bytes in base64: put the old one back.")
        return key


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"brickyard secrets:" + key).hexdigest()[:FINGERPRINT_LENGTH]
