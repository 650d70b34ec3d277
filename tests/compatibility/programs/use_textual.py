# /// script
# dependencies = ["textual"]
# ///
# options: --add-data {directory}/use_textual.tcss
"""An application with a style sheet beside it, driven by keys and clicks, and its tree of widgets."""

import asyncio
import re

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, DataTable, Footer, Header, Input, Label, Markdown


class Shop(App):
    CSS_PATH = "use_textual.tcss"
    BINDINGS = [("a", "add", "Add a row")]
    TITLE = "Shop"

    def compose(self) -> ComposeResult:
        yield Header()
        with Vertical(id="form"):
            yield Label("What is it?", classes="title")
            yield Input(placeholder="name", id="name")
            yield Button("Buy", id="buy", variant="primary")
        yield DataTable(id="rows")
        yield Markdown("# Notes\n\n* one\n* `two`\n")
        yield Footer()

    def on_mount(self):
        self.query_one(DataTable).add_columns("name", "count")

    def action_add(self):
        self.query_one(DataTable).add_row(self.query_one(Input).value or "nothing", "1")

    def on_button_pressed(self, event):
        self.action_add()


async def main():
    app = Shop()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click("#name")
        await pilot.press("a", "p", "p", "l", "e")
        await pilot.click("#buy")
        await pilot.press("a")
        await pilot.pause()
        table = app.query_one(DataTable)
        print([table.get_row_at(row) for row in range(table.row_count)])
        for widget in app.query("*"):
            print(type(widget).__name__, re.sub("[0-9]{6,}", "N", str(widget.id)), sorted(widget.classes), widget.size)
        form = app.query_one("#form").styles
        print(form.background, form.border.top, form.height, app.query_one(".title").styles.text_style)
        svg = app.export_screenshot()
        print(len(svg) > 5000, "Buy" in svg, "Notes" in svg)


asyncio.run(main())
