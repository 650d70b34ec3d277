# What the program starts as an interpreter is one, however it is started: ways x forms, and often where time decides.
# `.ci/full` tries each form in each way, and 50 times what time decides.
#$ $APP all
#$ $APP often
#$ $APP repeat
import os
import pty
import subprocess
import sys
import tempfile

FULL = "PYOX_TEST_ALL" in os.environ
TIMES = 50 if FULL else 5
SHOW = "import sys; print('INTERPRETER', sys.argv, __name__, sys.path[0])"


def forms(directory):
    """Arguments of an interpreter, and what it reads."""
    script = os.path.join(directory, "existing.py")
    with open(script, "w") as file:
        file.write(SHOW)
    with open(os.path.join(directory, "local_module.py"), "w") as file:
        file.write(SHOW + "\n")
    yield ["-c", SHOW, "a"], ""
    yield ["-B", "-W", "error", "-c", SHOW], ""
    yield ["-I", "-c", "import sys; print('INTERPRETER', '' in sys.path, sys.flags.isolated)"], ""
    yield ["-m", "local_module", "a", "-c"], ""
    yield ["-"], SHOW
    yield ["-u", "-", "a"], SHOW
    yield ["-V"], ""
    yield ["--version"], ""
    yield [script, "a", "-c"], ""
    yield ["-O", "-X", "utf8", script], ""
    yield ["existing.py"], ""


def quoted(command):
    import shlex

    return " ".join(map(shlex.quote, command))


def gone(command, **streams):
    """The one that starts the process ends before it is looked at."""
    pid = os.fork()
    if not pid:
        subprocess.Popen(command, **streams)
        os._exit(0)
    os.waitpid(pid, 0)


def daemon(command, **streams):
    pid = os.fork()
    if not pid:
        os.setsid()
        if not os.fork():
            subprocess.Popen(command, **streams)
        os._exit(0)
    os.waitpid(pid, 0)


def run(command, **streams):
    subprocess.run(command, **streams)


def becomes_shell(command, stdin, stdout):
    pid = os.fork()
    if not pid:
        os.close(9)
        os.dup2(stdin.fileno(), 0)
        os.dup2(stdout, 1)
        os.execv("/bin/sh", ["sh", "-c", quoted(command) + "; :"])
    os.waitpid(pid, 0)


def terminal(command, stdin, stdout):
    pid, descriptor = pty.fork()
    if not pid:
        os.close(9)
        os.dup2(stdin.fileno(), 0)
        os.dup2(stdout, 1)
        os.execv(command[0], command)
    os.waitpid(pid, 0)
    os.close(descriptor)


WAYS = {
    "run": run,
    "no environment": lambda command, **streams: run(command, env={}, **streams),
    "shell": lambda command, **streams: run(["sh", "-c", quoted(command) + "; :"], **streams),
    "background": lambda command, **streams: run(["sh", "-c", quoted(command) + " <&8 &"], pass_fds=(8,), **streams),
    "setsid": lambda command, **streams: run(["setsid", "-w", *command], **streams),
    "setsid of a shell": lambda command, **streams: run(["setsid", "sh", "-c", quoted(command) + "; :"], **streams),
    "timeout": lambda command, **streams: run(["timeout", "60", *command], **streams),
    "timeout in a shell": lambda command, **streams: run(["sh", "-c", "timeout 60 " + quoted(command) + "; :"], **streams),
    "nohup": lambda command, **streams: run(["nohup", *command], stderr=subprocess.DEVNULL, **streams),
    "session": lambda command, **streams: run(command, start_new_session=True, **streams),
    "group": lambda command, **streams: run(command, preexec_fn=os.setpgrp, **streams),
    "group of a shell": lambda command, **streams: run(["sh", "-c", quoted(command) + "; :"], preexec_fn=os.setpgrp, **streams),
    "script": lambda command, **streams: run(["script", "-qec", quoted(command) + " <&8 >&9", "/dev/null"], pass_fds=(8, 9), stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL),
    "terminal": terminal,
    "becomes shell": becomes_shell,
    "gone": gone,
    "gone with a group": lambda command, **streams: gone(command, preexec_fn=os.setpgrp, **streams),
    "daemon": daemon,
}


def started(way, arguments, text):
    reader, writer = os.pipe()
    with tempfile.TemporaryFile("w+") as stdin:
        stdin.write(text)
        stdin.seek(0)
        os.dup2(stdin.fileno(), 8)
        os.dup2(writer, 9)
        sys.stdout.flush()
        WAYS[way]([sys.executable, *arguments], stdin=stdin, stdout=writer)
        os.close(writer)
        os.close(9)
        os.close(8)
        with open(reader) as file:
            return file.read()


def main():
    how = sys.argv[1:] or [""]
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        directory = os.getcwd()
        if how == ["all"]:
            for number, way in enumerate(WAYS):
                each = list(forms(directory))
                # Else each way has one form, and the first way all.
                for arguments, text in each if FULL or number == 0 else [each[number % len(each)]]:
                    print(way, started(way, arguments, text).replace(directory, "<DIRECTORY>"), end="")
        elif how == ["often"]:
            for way in "gone", "daemon", "background", "gone with a group":
                print(way, {started(way, ["-c", "print('INTERPRETER')"], "") for _ in range(TIMES)})
        elif how == ["repeat"]:
            # In the place of the program, and again and again.
            os.execv(sys.executable, [sys.executable, "-c", f"import os, sys; os.execv(sys.executable, [sys.executable, '-c', {SHOW!r}])"])
        else:
            print("APPLICATION", how)


if __name__ == "__main__":
    main()
