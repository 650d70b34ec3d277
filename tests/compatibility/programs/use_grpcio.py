# /// script
# dependencies = ["grpcio", "grpcio-reflection", "grpcio-health-checking", "protobuf"]
# ///
"""A server and its clients in one process: unary and streaming calls, errors, TLS-less and asyncio channels, health and reflection."""

import asyncio
from concurrent import futures

import grpc
import grpc.aio
from google.protobuf import struct_pb2, wrappers_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


def upper(request, context):
    if not request.value:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "nothing to do")
    context.set_trailing_metadata((("length", str(len(request.value))),))
    return wrappers_pb2.StringValue(value=request.value.upper())


def count(request, context):
    for number in range(request.value):
        yield wrappers_pb2.Int32Value(value=number * number)


def total(requests, context):
    return wrappers_pb2.Int32Value(value=sum(request.value for request in requests))


strings, numbers = wrappers_pb2.StringValue, wrappers_pb2.Int32Value
handlers = {
    "Upper": grpc.unary_unary_rpc_method_handler(upper, strings.FromString, strings.SerializeToString),
    "Count": grpc.unary_stream_rpc_method_handler(count, numbers.FromString, numbers.SerializeToString),
    "Total": grpc.stream_unary_rpc_method_handler(total, numbers.FromString, numbers.SerializeToString),
}
server = grpc.server(futures.ThreadPoolExecutor(4))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Text", handlers),))
checks = health.HealthServicer()
health_pb2_grpc.add_HealthServicer_to_server(checks, server)
checks.set("test.Text", health_pb2.HealthCheckResponse.SERVING)
reflection.enable_server_reflection((health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,), server)
address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
server.start()

with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
    call = channel.unary_unary("/test.Text/Upper", strings.SerializeToString, strings.FromString)
    answer, details = call.with_call(strings(value="straße"), timeout=10)
    print("unary", answer.value, dict(details.trailing_metadata())["length"])
    try:
        call(strings(), timeout=10)
    except grpc.RpcError as error:
        print("error", error.code(), error.details())
    stream = channel.unary_stream("/test.Text/Count", numbers.SerializeToString, numbers.FromString)
    print("stream", [item.value for item in stream(numbers(value=5), timeout=10)])
    sums = channel.stream_unary("/test.Text/Total", numbers.SerializeToString, numbers.FromString)
    print("sum", sums(iter([numbers(value=n) for n in range(10)]), timeout=10).value)
    status = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service="test.Text"), timeout=10)
    print("health", health_pb2.HealthCheckResponse.ServingStatus.Name(status.status))
    print("services", list(ProtoReflectionDescriptorDatabase(channel).get_services()))


async def main():
    async with grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        call = channel.unary_unary("/test.Text/Upper", strings.SerializeToString, strings.FromString)
        return [(await call(strings(value=text), timeout=10)).value for text in ("a", "b")]


print("asyncio", asyncio.run(main()))
server.stop(None).wait()
value = struct_pb2.Struct()
value.update({"a": [1, "x", None]})
print("struct", value["a"][1])
# Uses the certificates that grpcio brings as a data file.
print("roots", type(grpc.ssl_channel_credentials()).__name__)
tls = grpc.secure_channel("127.0.0.1:1", grpc.ssl_channel_credentials(), options=[("grpc.enable_http_proxy", 0)])
try:
    tls.unary_unary("/x/y")(b"", timeout=5)
except grpc.RpcError as error:
    print("error", error.code())
