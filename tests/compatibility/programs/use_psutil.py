# /// script
# dependencies = ["psutil"]
# ///
"""This process, its children, its connections and files, and the machine."""

import os
import socket
import subprocess
import tempfile

import psutil

process = psutil.Process()
print("self", process.pid == os.getpid(), process.ppid() == os.getppid(), process.is_running(), process.status())
print("memory", process.memory_info().rss > 1_000_000, process.memory_full_info().uss > 0, psutil.virtual_memory().total > 0)
print("cpu", psutil.cpu_count() >= 1, process.cpu_times().user > 0, len(psutil.cpu_times(percpu=True)) == psutil.cpu_count())
with tempfile.NamedTemporaryFile() as file:
    print("files", file.name in [opened.path for opened in process.open_files()])
with socket.create_server(("127.0.0.1", 0)) as listener:
    port = listener.getsockname()[1]
    connections = [found for found in process.net_connections() if found.laddr.port == port]
    print("connections", [(found.status, found.type.name) for found in connections])
child = psutil.Popen(["sleep", "30"], stdout=subprocess.DEVNULL)
while not child.cmdline():  # Between fork and exec it has none.
    pass
print("child", child.name(), child.cmdline(), [found.pid for found in process.children()] == [child.pid])
child.suspend()
child.resume()
child.terminate()
gone, alive = psutil.wait_procs([child], timeout=5)
print("ended", child.returncode, len(gone), len(alive))
print("niceness", process.nice(), process.num_threads() >= 1, process.cwd() == os.getcwd(), "PATH" in process.environ())
print("system", psutil.boot_time() > 0, "lo" in psutil.net_if_addrs(), psutil.disk_usage("/").total > 0, len(psutil.pids()) > 1)
print("limits", process.rlimit(psutil.RLIMIT_NOFILE)[0] > 0, len(process.cpu_affinity()) >= 1)
try:
    psutil.Process(2**22 + 1)
except psutil.NoSuchProcess as error:
    print("error", type(error).__name__)
