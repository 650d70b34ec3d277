# /// script
# dependencies = ["uvloop"]
# ///
"""Runs on libuv: TCP, TLS-less streams, a Unix socket, subprocesses, signals, threads, timers, name look-up."""

import asyncio
import os
import signal
import tempfile

import uvloop


async def serve(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def ask(reader, writer):
    writer.write(b"hello\n")
    answer = await reader.read()
    writer.close()
    return answer


async def main():
    loop = asyncio.get_running_loop()
    print(type(loop).__module__)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print("tcp", await ask(*await asyncio.open_connection(*server.sockets[0].getsockname())))
    server.close()
    with tempfile.TemporaryDirectory() as directory:
        server = await asyncio.start_unix_server(serve, f"{directory}/s")
        print("unix", await ask(*await asyncio.open_unix_connection(f"{directory}/s")))
        server.close()
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print("process", (await process.communicate(b"through cat"))[0], process.returncode)
    caught = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, caught.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(caught.wait(), 5)
    print("signal", caught.is_set())
    order = []
    loop.call_later(0.02, order.append, "later")
    loop.call_soon(order.append, "soon")
    await asyncio.sleep(0.05)
    print("timers", order, await asyncio.to_thread(sum, [1, 2]))
    print("name", (await loop.getaddrinfo("127.0.0.1", 80))[0][4])
    try:
        await asyncio.open_connection("127.0.0.1", 1)
    except ConnectionRefusedError as error:
        print("error", type(error).__name__)
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.01)
    except asyncio.TimeoutError as error:
        print("error", type(error).__name__)


uvloop.run(main())
