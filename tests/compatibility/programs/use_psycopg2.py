# /// script
# dependencies = ["psycopg2-binary"]
# ///
"""libpq and what it needs: a connection that is refused, one to a server that is none, quoting, types and error classes."""

import datetime
import decimal
import socket
import threading

import psycopg2
import psycopg2.errorcodes
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
import psycopg2.sql

print("libpq", psycopg2.__libpq_version__ >= 150000, psycopg2.extensions.libpq_version() == psycopg2.__libpq_version__)
try:
    psycopg2.connect("host=127.0.0.1 port=1 user=nobody dbname=none connect_timeout=5")
except psycopg2.OperationalError as error:
    print("error", "Connection refused" in str(error))

listener = socket.create_server(("127.0.0.1", 0))


def answer():
    connection, _ = listener.accept()
    request = connection.recv(8)
    connection.sendall(b"S")  # as if TLS would follow
    connection.recv(1000)
    connection.sendall(b"this is not TLS")
    connection.close()
    requests.append(request.hex())


requests = []
server = threading.Thread(target=answer)
server.start()
try:
    psycopg2.connect(host="127.0.0.1", port=listener.getsockname()[1], user="x", sslmode="require", connect_timeout=5)
except psycopg2.OperationalError as error:
    print("error", "SSL error" in str(error))
server.join()
print("asked for TLS", *requests)

print("dsn", psycopg2.extensions.parse_dsn("postgresql://ada@host:5433/db?sslmode=require"))
try:
    psycopg2.extensions.parse_dsn("nonsense=1")
except psycopg2.ProgrammingError as error:
    print("error", str(error).strip())
for value in ("it's", 3, decimal.Decimal("1.50"), datetime.date(2024, 2, 29), [1, 2], None, b"\x00\xff"):
    adapted = psycopg2.extensions.adapt(value)
    print("quoted", adapted.getquoted().decode())
print("json", psycopg2.extras.Json({"a": [1]}).getquoted().decode())
print("password", psycopg2.extensions.encrypt_password("secret", "ada", algorithm="md5"))
print("class", psycopg2.errors.lookup(psycopg2.errorcodes.UNIQUE_VIOLATION).__name__)
print("date", psycopg2.extensions.PYDATE("2024-02-29", None), psycopg2.extensions.DECIMAL("1.5", None))
print("composed", repr(psycopg2.sql.SQL("select {}").format(psycopg2.sql.Identifier("a b"))))
