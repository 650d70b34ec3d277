# /// script
# dependencies = ["streamlit"]
# ///
"""Runs an application without a browser, then serves it: the page, its scripts, its state of health."""

import contextlib
import io
import os
import socket
import sys
import tempfile
import threading
import time
import urllib.request

import streamlit
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
st.title("numbers")
count = st.number_input("count", value=3)
if st.button("double"):
    st.write(f"twice: {count * 2}")
st.dataframe({"a": [1, 2]})
"""
page = AppTest.from_string(SCRIPT, default_timeout=60).run()
print("page", page.title[0].value, page.number_input[0].value, page.dataframe[0].value["a"].tolist())
page.number_input[0].set_value(5).run()
print("clicked", page.button[0].click().run().markdown[0].value, len(page.exception))
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]


output = sys.stdout


def visit():
    address = f"http://127.0.0.1:{port}"
    while True:
        try:
            print("health", urllib.request.urlopen(f"{address}/_stcore/health").read().decode(), file=output, flush=True)
            break
        except OSError:
            time.sleep(0.1)
    text = urllib.request.urlopen(address).read().decode()
    print("served", "<title>Streamlit</title>" in text, file=output, flush=True)
    script = text.partition('src="./')[2].partition('"')[0]
    print("script", len(urllib.request.urlopen(f"{address}/{script}").read()) > 10000, file=output, flush=True)
    os._exit(0)


threading.Thread(target=visit, daemon=True).start()
with tempfile.TemporaryDirectory() as directory:
    file = os.path.join(directory, "page.py")
    with open(file, "w") as out:
        out.write(SCRIPT)
    from streamlit.web import bootstrap
    # It takes itself for a checkout of its repository if "site-packages" is not in its path.
    options = {"global.developmentMode": False, "server.port": port, "server.headless": True, "server.address": "127.0.0.1", "browser.gatherUsageStats": False, "logger.level": "error"}
    bootstrap.load_config_options(options)
    # It says at which port.
    with contextlib.redirect_stdout(io.StringIO()):
        bootstrap.run(file, False, [], {"server_headless": True})
