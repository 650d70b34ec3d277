# /// script
# dependencies = ["requests", "trustme"]
# ///
"""Requests over TLS to a server in a thread, whose certificate is made at run time."""

import http.server
import json
import ssl
import tempfile
import threading
import warnings

import requests
import requests.certs
import trustme


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/target?x=%C3%A4")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.answer({"path": self.path, "cookie": self.headers.get("Cookie"), "agent": self.headers["User-Agent"].split("/")[0]})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"type": self.headers["Content-Type"].partition(";")[0], "length": len(body)})

    def answer(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Set-Cookie", "seen=yes")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


authority = trustme.CA()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("localhost").configure_cert(context)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://localhost:{server.server_port}"

with tempfile.TemporaryDirectory() as directory, requests.Session() as session:
    roots = f"{directory}/roots.pem"
    authority.cert_pem.write_to_path(roots)
    session.verify = roots
    session.trust_env = False
    print(session.get(url + "/first").json())
    answer = session.get(url + "/redirect", auth=("user", "password"))
    print(answer.status_code, answer.json(), [step.status_code for step in answer.history])
    print(session.post(url, json={"a": 1}).json())
    print(session.post(url, files={"file": ("name.txt", b"content")}).json()["type"])
    try:
        requests.get(url, timeout=10)
    except requests.exceptions.SSLError as error:
        print("error", type(error).__name__, "certificate verify failed" in str(error))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print("unverified", session.get(url, verify=False).status_code, [warning.category.__name__ for warning in caught])
server.shutdown()
print("roots", requests.certs.where().endswith("cacert.pem"))
print("idna", requests.Request("GET", "http://bücher.example/").prepare().url)
print("encoding", requests.models.Response.apparent_encoding.fget(type("R", (), {"content": "füße für größe".encode("utf-8")})()))
try:
    requests.get("http://127.0.0.1:1", timeout=5)
except requests.ConnectionError as error:
    print("error", type(error).__name__)
