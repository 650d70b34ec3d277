"""What the server answers."""

import json
import threading
import time


def answer(path):
    """The answer to a path, as text."""
    if path.startswith("/slow"):
        time.sleep(0.5)
    if path == "/error":
        raise ValueError("no answer")
    return json.dumps({"path": path, "main thread": threading.current_thread() is threading.main_thread()})
