# /// script
# dependencies = ["certifi"]
# ///
"""Its certificates as text, as a file, and loaded into an SSL context; the command line of the package."""

import contextlib
import io
import os
import runpy
import ssl
import sys

import certifi

text = certifi.contents()
print("contents", text.count("BEGIN CERTIFICATE") > 100)
path = certifi.where()
print("where", os.path.basename(path), os.path.isfile(path), os.path.getsize(path) == len(text.encode()))
context = ssl.create_default_context(cafile=path)
print("loaded", context.cert_store_stats()["x509_ca"] > 100)
names = {value for root in context.get_ca_certs() for field in root["subject"] for key, value in field if key == "organizationName"}
print("known", "Internet Security Research Group" in names)
sys.argv = ["certifi", "--contents"]
output = io.StringIO()
with contextlib.redirect_stdout(output):
    runpy.run_module("certifi", run_name="__main__")
print("command", output.getvalue().strip() == text.strip())
