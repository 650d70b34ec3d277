# /// script
# dependencies = ["aiohttp"]
# ///
"""A server and its client: routes, JSON, cookies, compression, forms, a WebSocket, streams, static files, errors, native parsers."""

import asyncio
import pathlib
import tempfile

import aiohttp
import aiohttp.http_parser
import aiohttp.http_writer
import aiohttp.web
import frozenlist
import multidict
import yarl

print("native", aiohttp.http_parser.HttpRequestParser.__module__, multidict.MultiDict.__module__)
print("url", yarl.URL("http://bücher.example/ä b?q=1") % {"x": "ü"}, yarl.URL("http://h:80/a/../b").path)
items = frozenlist.FrozenList([1])
items.freeze()
try:
    items.append(2)
except RuntimeError as error:
    print("error", error)


async def echo(request):
    answer = aiohttp.web.json_response({"query": dict(request.query), "cookie": request.cookies.get("c"), "body": await request.text()})
    answer.set_cookie("c", "seen")
    answer.enable_compression()
    return answer


async def form(request):
    data = await request.post()
    return aiohttp.web.Response(text=f"{data['a']} {data['f'].filename} {data['f'].file.read()}")


async def socket(request):
    socket = aiohttp.web.WebSocketResponse(compress=True)
    await socket.prepare(request)
    async for message in socket:
        if message.data == "close":
            await socket.close(message=b"done")
        else:
            await socket.send_str(message.data[::-1])
    return socket


async def broken(request):
    raise aiohttp.web.HTTPConflict(text="no")


@aiohttp.web.middleware
async def mark(request, handler):
    answer = await handler(request)
    if not answer.prepared:
        answer.headers["X-Route"] = request.match_info.route.name or "-"
    return answer


async def main(directory):
    app = aiohttp.web.Application(middlewares=[mark])
    app.router.add_route("*", "/echo", echo, name="echo")
    app.add_routes([aiohttp.web.post("/form", form), aiohttp.web.get("/socket", socket), aiohttp.web.get("/broken", broken)])
    app.router.add_static("/files", directory, show_index=True)
    runner = aiohttp.web.AppRunner(app, access_log=None)
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = yarl.URL(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        for _ in range(2):
            async with session.put(url / "echo" % {"a": "ä"}, data="x" * 5) as answer:
                print(answer.status, answer.headers["X-Route"], answer.headers.get("Content-Encoding"), await answer.json())
        data = aiohttp.FormData({"a": "1"})
        data.add_field("f", b"bytes", filename="f.bin")
        async with session.post(url / "form", data=data) as answer:
            print(await answer.text())
        async with session.ws_connect(url / "socket", compress=15) as connection:
            await connection.send_str("abc")
            print("socket", (await connection.receive()).data)
            await connection.send_str("close")
            end = await connection.receive()
            print("socket", end.type.name, end.data, end.extra)
        async with session.get(url / "files/a.txt", headers={"Range": "bytes=1-3"}) as answer:
            print(answer.status, answer.content_type, await answer.read())
        async with session.get(url / "broken") as answer:
            print(answer.status, await answer.text())
        try:
            await session.get("http://127.0.0.1:1/", timeout=aiohttp.ClientTimeout(5))
        except aiohttp.ClientConnectorError as error:
            print("error", type(error).__name__)
    await runner.cleanup()


with tempfile.TemporaryDirectory() as directory:
    pathlib.Path(directory, "a.txt").write_text("0123456789")
    asyncio.run(main(directory))
