import asyncio
import bz2
import ctypes
import ctypes.util
import datetime
import decimal
import hashlib
import lzma
import math
import sqlite3
import ssl
import sys
import uuid
import zlib
import zoneinfo


def secure():
    context = ssl.create_default_context()
    print(context.verify_mode, context.check_hostname, ssl.OPENSSL_VERSION)
    print([cipher["name"] for cipher in context.get_ciphers()])
    # An anonymous handshake needs no certificate.
    client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    for side in client, server:
        side.maximum_version = ssl.TLSVersion.TLSv1_2
        side.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    one, other = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(one, other), server.wrap_bio(other, one, server_side=True)]
    waiting = list(ends)
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
    ends[0].write(b"a secret")
    print(ends[1].read(), ends[1].cipher(), ends[0].version())


def database():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table numbers (n integer, text text)")
        connection.executemany("insert into numbers values (?, ?)", [(n, "ü" * n) for n in range(5)])
        connection.create_function("halved", 1, lambda n: n / 2)
        print(connection.execute("select sum(halved(n)), max(length(text)) from numbers").fetchall())
    print(sqlite3.sqlite_version)


def foreign():
    libc = ctypes.CDLL(None)
    libc.strlen.argtypes, libc.strlen.restype = [ctypes.c_char_p], ctypes.c_size_t
    print(libc.strlen(b"twelve bytes"))
    libm = ctypes.CDLL("libm.so.6")
    libm.cos.argtypes, libm.cos.restype = [ctypes.c_double], ctypes.c_double
    print(libm.cos(math.pi))
    ctypes.pythonapi.PyLong_FromLong.restype = ctypes.py_object
    print(ctypes.pythonapi.PyLong_FromLong(42), ctypes.pythonapi.Py_IsInitialized())
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 4)(3, 1, 4, 2)
    libc.qsort(numbers, 4, ctypes.sizeof(ctypes.c_int), compare(lambda a, b: a[0] - b[0]))
    print(list(numbers))


def numbers():
    decimal.getcontext().prec = 40
    print(decimal.Decimal(2).sqrt(), decimal.HAVE_THREADS, decimal.__name__)
    print(type(decimal.Decimal.sqrt).__name__)


def zones():
    summer = datetime.datetime(2024, 7, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    print(summer.isoformat(), summer.astimezone(zoneinfo.ZoneInfo("Asia/Kathmandu")).isoformat())
    print(len(zoneinfo.available_timezones()) > 100)


def compressed():
    data = b"compress me " * 100
    for module in zlib, bz2, lzma:
        print(module.__name__, module.decompress(module.compress(data)) == data)
    print(hashlib.sha256(data).hexdigest(), hashlib.new("md5", data).hexdigest(), hashlib.blake2b(data).hexdigest())
    print(hashlib.scrypt(b"password", salt=b"salt", n=2, r=8, p=1).hex())
    print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.uuid1().version)


async def concurrent():
    async def echo(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        print(await reader.readline())
        writer.close()
    print(await asyncio.gather(*(asyncio.sleep(0.01 * n, n) for n in range(3))))
    process = await asyncio.create_subprocess_exec("echo", "from a process", stdout=asyncio.subprocess.PIPE)
    print(await process.communicate(), await asyncio.to_thread(sum, range(10)))


if __name__ == "__main__":
    secure()
    database()
    foreign()
    numbers()
    zones()
    compressed()
    asyncio.run(concurrent())
    print("all done", file=sys.stdout)
