"""The channel to a Sail process."""

import grpc
from pyspark.sql.connect.client import DefaultChannelBuilder

from brickyard.notebook.engines.interceptor import Rules, RulesInterceptor


class SailChannelBuilder(DefaultChannelBuilder):
    """pyspark's channel with the interceptor in front."""

    def __init__(self, remote: str, rules: Rules) -> None:
        super().__init__(remote)
        self._rules = rules

    def toChannel(self) -> grpc.Channel:
        channel = super().toChannel()
        return grpc.intercept_channel(channel, RulesInterceptor(self._rules, channel))
