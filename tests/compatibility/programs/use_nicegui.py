# /// script
# dependencies = ["nicegui", "httpx"]
# ///
"""A page of NiceGUI, and every script and style sheet that it names."""

import re

import fastapi.testclient
from nicegui import app, ui


@ui.page("/")
def page():
    ui.label("Hello")
    ui.button("Press", on_click=lambda: ui.notify("pressed"))
    ui.markdown("**bold**")
    ui.echart({"series": [{"type": "line", "data": [1, 2]}]})


ui.run_with(application := fastapi.FastAPI(), storage_secret="x")
with fastapi.testclient.TestClient(application) as client:
    answer = client.get("/")
    print(answer.status_code, "Hello" in answer.text, "Press" in answer.text)
    lines = []
    for path in set(re.findall(r'(?:href|src)="(/_nicegui/[^"]+)"', answer.text)):
        got = client.get(path)
        # Of the path of the component's file.
        lines.append((re.sub("[0-9a-f]{32}", "DIGEST", path), got.status_code, len(got.content)))
    print(*sorted(lines), sep="\n")
