# /// script
# dependencies = ["jupyter-client", "ipykernel"]
# ///
"""Starts a kernel, the same program as another process, and lets it compute."""

import sys

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

if __name__ == "__main__":
    print(KernelSpecManager().get_kernel_spec("python3").language)
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    outputs = []

    def output(message):
        content = message["content"]
        outputs.append(content.get("text") or content.get("data", {}).get("text/plain") or content.get("ename"))

    for code in "print(6 * 7)", "import json; json.dumps([1])", "1 / 0", "%pwd", "!echo shell":
        client.execute_interactive(code, timeout=120, output_hook=lambda m: output(m) if m["msg_type"] in ("stream", "execute_result", "error") else None)
    print([text for text in outputs if text and not text.startswith("'/")])
    client.stop_channels()
    manager.shutdown_kernel()
    print(manager.is_alive())
