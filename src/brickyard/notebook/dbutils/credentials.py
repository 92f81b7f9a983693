"""dbutils.credentials."""

from typing import NoReturn

from brickyard.errors import NotImplementedHere
from brickyard.notebook.dbutils.help import Documented


class Credentials(Documented):
    """Cloud roles of a cluster: there are none on your own machine."""

    title = "dbutils.credentials"

    def assumeRole(self, role: str) -> NoReturn:
        """Take a cloud role.

        Raises:
            NotImplementedHere: always.
        """
        _refuse(f"assumeRole({role!r})")

    def showCurrentRole(self) -> NoReturn:
        """The cloud role that is taken.

        Raises:
            NotImplementedHere: always.
        """
        _refuse("showCurrentRole()")

    def showRoles(self) -> NoReturn:
        """The cloud roles that could be taken.

        Raises:
            NotImplementedHere: always.
        """
        _refuse("showRoles()")

    def getCurrentCredentials(self) -> NoReturn:
        """The keys of the cloud role.

        Raises:
            NotImplementedHere: always.
        """
        _refuse("getCurrentCredentials()")


def _refuse(call: str) -> NoReturn:
    raise NotImplementedHere(
        f"dbutils.credentials.{call} is not there: no cloud role stands behind this process. Cloud storage is reached "
        "with the keys of the environment (AWS_PROFILE, AZURE_STORAGE_ACCOUNT_KEY, GOOGLE_APPLICATION_CREDENTIALS)"
    )
