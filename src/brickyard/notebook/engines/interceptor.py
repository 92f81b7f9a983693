"""The gRPC interceptor on the Connect channel: hands each request to the engine's rules.

Three things that are not obvious. pyspark repeats a request after a failure, so requests are copied before they are
changed. A long execution is continued by ReattachExecute, so the step after a command hangs on the operation's id and
not on its first stream. And pyspark releases every operation when it has read it: one that was answered here is
unknown to the engine, so its release is answered here too.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
import pyspark.sql.connect.proto as pb
from pyspark.sql.connect.proto.base_pb2_grpc import SparkConnectServiceStub

from brickyard.notebook.engines.plans import EngineCalls, copy


@dataclass(frozen=True, slots=True)
class Forward:
    """Send this request; do `after` when the engine has completed it, before the user hears of it."""

    request: pb.ExecutePlanRequest
    after: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Send nothing: the answer to a SQL command is this relation; None is the answer to a command without rows."""

    relation: pb.Relation | None = None


class Rules(Protocol):
    """What an engine wants done with requests. Called from many threads.

    Requests are copies and may be changed. What is raised reaches the user as it is.
    """

    def analyze(self, request: pb.AnalyzePlanRequest, calls: EngineCalls) -> pb.AnalyzePlanResponse | None:
        """An answer, or None: the engine answers the request, changed or not."""

    def execute(self, request: pb.ExecutePlanRequest, calls: EngineCalls) -> Forward | Answer: ...

    def explain(self, request: pb.AnalyzePlanRequest | pb.ExecutePlanRequest, error: Exception) -> Exception:
        """The error that the user sees for an engine's error: that one, or a clearer one."""


class RulesInterceptor(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):  # type: ignore[misc]
    """Applies rules to the requests of one channel."""

    def __init__(self, rules: Rules, channel: grpc.Channel) -> None:
        self._rules = rules
        self._stub = SparkConnectServiceStub(channel)
        self._running: dict[str, tuple[pb.ExecutePlanRequest, Callable[[], None] | None]] = {}
        self._answered: set[str] = set()

    def intercept_unary_unary(self, proceed: Any, details: Any, request: Any) -> Any:
        if isinstance(request, pb.ReleaseExecuteRequest) and request.operation_id in self._answered:
            return _Answered(pb.ReleaseExecuteResponse(session_id=request.session_id))
        if not isinstance(request, pb.AnalyzePlanRequest):
            return proceed(details, request)
        request = copy(request)
        answer = self._rules.analyze(request, EngineCalls(self._stub, request, details.metadata))
        if answer is not None:
            answer.session_id = request.session_id
            return _Answered(answer)
        call = proceed(details, request)
        error = call.exception()
        if isinstance(error, grpc.RpcError):
            raise self._rules.explain(request, error)
        return call

    def intercept_unary_stream(self, proceed: Any, details: Any, request: Any) -> Any:
        if isinstance(request, pb.ReattachExecuteRequest):
            return self._followed(request.operation_id, proceed(details, request))
        if not isinstance(request, pb.ExecutePlanRequest):
            return proceed(details, request)
        request = copy(request)
        calls = EngineCalls(self._stub, request, details.metadata)
        operation = request.operation_id
        step = self._rules.execute(request, calls)
        if isinstance(step, Answer):
            self._answered.add(operation)
            return iter(_stream(request, step, calls.server_side_session()))
        self._running[operation] = (step.request, step.after)
        return self._followed(operation, proceed(details, step.request))

    def _followed(self, operation: str, call: Any) -> Iterator[pb.ExecutePlanResponse]:
        try:
            for response in call:
                if response.HasField("result_complete"):
                    _, after = self._running.pop(operation, (None, None))
                    if after is not None:
                        after()
                yield response
        except grpc.RpcError as error:
            if operation not in self._running or error.code() is grpc.StatusCode.UNAVAILABLE:
                raise  # pyspark may reattach
            request, _ = self._running.pop(operation)
            raise self._rules.explain(request, error) from None


class _Answered:
    """A finished call, as far as the stub asks for it."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def result(self) -> Any:
        return self._response


def _stream(request: pb.ExecutePlanRequest, answer: Answer, session: str) -> list[pb.ExecutePlanResponse]:
    def response() -> pb.ExecutePlanResponse:
        return pb.ExecutePlanResponse(
            session_id=request.session_id,
            server_side_session_id=session,
            operation_id=request.operation_id,
            response_id=str(uuid.uuid4()),
        )

    first, last = response(), response()
    last.result_complete.SetInParent()
    if answer.relation is None:
        return [last]
    first.sql_command_result.relation.CopyFrom(answer.relation)
    return [first, last]
