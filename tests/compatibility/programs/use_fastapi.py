# /// script
# dependencies = ["fastapi", "uvicorn", "python-multipart"]
# ///
"""Requests over a socket to uvicorn in a thread: validation, dependencies, forms, files, streams, the OpenAPI page, errors."""

import contextlib
import http.client
import json
import pathlib
import tempfile
import threading
import time
from typing import Annotated

import fastapi
import fastapi.responses
import fastapi.staticfiles
import pydantic
import uvicorn


class Item(pydantic.BaseModel):
    name: str
    price: float = pydantic.Field(gt=0)


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.started = "started"
    yield
    print("stopped")


app = fastapi.FastAPI(title="Shop", lifespan=lifespan)
done = []


def user(authorization: Annotated[str | None, fastapi.Header()] = None):
    if authorization is None:
        raise fastapi.HTTPException(401, "who are you?")
    return authorization.removeprefix("Bearer ")


@app.get("/items/{number}")
def item(number: int, name: Annotated[str, fastapi.Depends(user)], q: list[str] = fastapi.Query([])):
    return {"number": number, "user": name, "q": q, "state": app.state.started}


@app.post("/items", status_code=201)
async def create(item: Item, background: fastapi.BackgroundTasks):
    background.add_task(done.append, item.name)
    return item


@app.post("/upload")
async def upload(file: fastapi.UploadFile, kind: Annotated[str, fastapi.Form()]):
    return {"length": len(await file.read()), "kind": kind, "name": file.filename}


@app.get("/stream")
def stream():
    return fastapi.responses.StreamingResponse((f"{number}\n" for number in range(3)), media_type="text/plain")


with tempfile.TemporaryDirectory() as directory:
    pathlib.Path(directory, "a.css").write_text("body {}")
    app.mount("/static", fastapi.staticfiles.StaticFiles(directory=directory))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def request(method, path, body=None, **headers):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type"), answer.read().decode()

    print(request("GET", "/items/5?q=a&q=b", Authorization="Bearer ada"))
    print(request("GET", "/items/5")[::2])
    status, _, text = request("GET", "/items/five", Authorization="Bearer ada")
    print(status, [(problem["loc"], problem["type"]) for problem in json.loads(text)["detail"]])
    print(request("POST", "/items", '{"name": "pen", "price": 1.5}', **{"content-type": "application/json"}))
    print(request("POST", "/items", '{"name": "pen", "price": -1}', **{"content-type": "application/json"})[0])
    form = (
        '--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nnote\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="n.txt"\r\n\r\ncontent\r\n--x--\r\n'
    )
    print(request("POST", "/upload", form, **{"content-type": "multipart/form-data; boundary=x"}))
    print(request("GET", "/stream"))
    print(request("GET", "/static/a.css"))
    print("swagger" in request("GET", "/docs")[2], sorted(json.loads(request("GET", "/openapi.json")[2])["paths"]))
    print(request("GET", "/nothing"))
    connection.close()
    server.should_exit = True
    thread.join()
    print("background", done)
