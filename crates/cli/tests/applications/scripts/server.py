import logging

from shop import create_app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, create_app())
print(server.port, flush=True)
for _ in range(4):
    server.handle_request()
server.server_close()
print("served")
