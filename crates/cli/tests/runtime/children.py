# sys.executable as an interpreter, and other child processes.
#$ $APP
#$ $APP shell
#$ $APP asyncio
#$ $APP fork
#$ $APP exec; echo $?
#$ $APP flags
#$ $APP modules
#$ $APP status
#$ $APP restart; echo $?
import os
import subprocess
import sys

import demo.deep

how = sys.argv[1] if len(sys.argv) > 1 else "plain"


def child(*arguments, **keywords):
    keywords.setdefault("env", dict(os.environ, PYTHONPATH=os.path.dirname(demo.deep.__file__) + "/.."))
    sys.stdout.flush()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, **keywords)
    print(done.returncode, done.stdout, done.stderr, sep="|")


if how == "plain":
    child("-c", "import sys; print(sys.argv, __name__, __spec__, sys.flags.optimize)", "a", "-c", "b")
    child("-c", "1 / 0")
    child("-c", "import sys; sys.exit(7)")
    child("-c", "print(input())", input="line\n")
    child("-c", "import os; print(sorted(os.environ.get(n, '') for n in ('A', 'B')))", env={"A": "1"})
    child("-c", "print(1)", env={})
    child("-cprint(2)")
    child("--check-hash-based-pycs", "never", "-c", "import _imp; print(_imp.check_hash_based_pycs)")
    child("-c", "import demo.deep; demo.deep.outer(0)")
    child("-c", "import multiprocessing as m; m.set_start_method('spawn'); import demo.work\nwith m.Pool(1) as p: print(p.map(demo.work.square, [3]))")
elif how == "modules":
    child("-m", "json.tool", "--sort-keys", input='{"b": 1, "a": [1, 2]}')
    child("-m", "demo", "x", "y")
    child("-m", "demo.absent")
    child("-m", "absent")
    child("-m", "demo.sub")
    child("-m", "demo.sub.leaf")
    child("-m", "timeit", "-n", "1", "-r", "1", "-q") if False else None
    child("-m", "calendar", "2024", "1")
    child("-m", "base64", "-e", input="abc")
    child("-mjson.tool", "--compact" if sys.version_info >= (3, 9) else "", input="[1, 2]")
elif how == "flags":
    child("-B", "-s", "-E", "-c", "import sys; print(sys.flags.dont_write_bytecode, sys.flags.optimize)")
    child("-O", "-c", "import sys; assert 0; print(sys.flags.optimize)")
    child("-OO", "-c", "import sys; print(sys.flags.optimize, demo_doc if False else None)")
    child("-W", "error", "-c", "import warnings; warnings.warn('x')")
    child("-W", "error", "-X", "utf8=1", "-c", "import sys; print(sys.warnoptions, sys.flags.utf8_mode, sys._xoptions['utf8'])")
    child("-X", "dev", "-c", "import sys; print(sys.flags.dev_mode)")
    child("-u", "-c", "import sys; print(sys.stdout.write_through)")
    child("-I", "-c", "import sys; print(sys.flags.isolated)")
    child("-S", "-c", "import sys; print(sys.flags.no_site)")
    child("-bb", "-c", "print(str(b''))")
    done = subprocess.run([sys.executable, "--check-hash-based-pycs", "x", "-c", "1"], capture_output=True, text=True)
    print(done.returncode, done.stdout, done.stderr.splitlines()[0])
elif how == "status":
    child("-c", "import os; os.kill(os.getpid(), 9)")
    child("-c", "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(3)")
    child("-c", "raise SystemExit('text')")
    child("-c", "x = 1\n  y = 2")
    child("-c", "print('x', end='')")
elif how == "shell":
    sys.stdout.flush()
    subprocess.run(f"'{sys.executable}' -c 'print(1)' && echo done", shell=True)
    subprocess.run(f"echo '[1]' | '{sys.executable}' -m json.tool --compact", shell=True)
    os.system(f"'{sys.executable}' -c 'import sys; print(sys.argv)' a")
    print(os.popen(f"'{sys.executable}' -c 'print(2)'").read())
    subprocess.run(["env", "-i", sys.executable, "-c", "print(3)"])
    subprocess.Popen([sys.executable, "-c", "print(4)"], start_new_session=True).wait()
    subprocess.run(["sh", "-c", f"sh -c \"'{sys.executable}' -c 'print(5)'; :\"; :"])
elif how == "asyncio":
    import asyncio

    async def main():
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(input())", stdin=-1, stdout=-1)
        print(await process.communicate(b"asyncio\n"), process.returncode)
        process = await asyncio.create_subprocess_shell("echo shell; exit 3", stdout=-1)
        print(await process.communicate(), process.returncode)
        loop = asyncio.get_running_loop()
        print(await loop.run_in_executor(None, sum, [1, 2]))
        await asyncio.gather(*[asyncio.sleep(0.001) for _ in range(3)])

    asyncio.run(main())
elif how == "fork":
    import threading
    sys.stdout.write("unflushed before fork ")
    sys.stdout.flush()

    def work():
        pid = os.fork()
        if not pid:
            import colorsys
            print("child in thread", colorsys.__name__, flush=True)
            os._exit(3)
        print(os.waitpid(pid, 0)[1])

    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    # A thread that was joined may still be ending, and 3.12 warns about forking with threads.
    import time
    time.sleep(0.1)
    pid = os.fork()
    if not pid:
        print("child leaves by sys.exit")
        sys.exit(4)
    print(os.waitpid(pid, 0)[1] >> 8)
    pid = os.fork()
    if not pid:
        demo.deep.outer(0)
    print(os.waitpid(pid, 0)[1] >> 8)
    import pty
    print(os.WEXITSTATUS(pty.spawn(["true"], lambda fd: os.read(fd, 10))) if False else "pty")
elif how == "exec":
    print("before", flush=True)
    os.execv(sys.executable, [sys.executable, "-c", "import sys; print('after', sys.argv); sys.exit(5)", "x"])
elif how == "restart":
    # The idioms of programs that restart themselves.
    if "again" in sys.argv:
        print(sys.argv[1:])
        sys.exit(3)
    print(subprocess.run([sys.executable, sys.argv[0], "restart", "again", "1"]).returncode)
    print(subprocess.run([sys.executable, __file__, "restart", "again", "2"]).returncode)
    print(subprocess.run([sys.executable, os.path.abspath(sys.argv[0]), "restart", "again", "3"], env={}).returncode)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable] + sys.argv + ["again", "4"])
