"""Says what it was started as, or starts something: what the variable HOW asks for."""
import json
import multiprocessing
import os
import subprocess
import sys


def double(number):
    return number * 2


def pool(method):
    with multiprocessing.get_context(method).Pool(1) as workers:
        print(method, workers.map(double, [4]))


def helper_commands():
    """The commands of helper processes, from multiprocessing itself."""
    from multiprocessing import forkserver, resource_tracker, spawn, util

    commands = []

    def note(path, arguments, descriptors):
        commands.append(arguments[1:])
        raise OSError("not started")

    util.spawnv_passfds = note
    servers = [forkserver.ForkServer(), forkserver.ForkServer()]
    servers[1].set_forkserver_preload(["json", "it's \"here\", }"])
    trackers = [resource_tracker.ResourceTracker()]
    resource_tracker.ensure_running = lambda: None
    for start in [server.ensure_running for server in servers] + [tracker.ensure_running for tracker in trackers]:
        try:
            start()
        except OSError:
            pass
    commands.append(spawn.get_command_line(tracker_fd=5, pipe_handle=7)[1:])
    sys.frozen = True
    commands.append(spawn.get_command_line(tracker_fd=None, pipe_handle=7)[1:])
    return commands


def give_up_privileges():
    os.setgroups([])
    os.setgid(4711)
    os.setuid(4711)


def main():
    how = os.environ.pop("HOW", "")
    rest = sys.argv[1:]
    sys.stdout.flush()
    if how in ("spawn", "forkserver", "fork"):
        pool(how)
    elif how == "frozen":
        sys.frozen = True
        pool("spawn")
    elif how in ("process", "other user"):
        if how == "other user":
            give_up_privileges()
        # Without the test for __main__ that the documentation asks for, the application would start itself for ever.
        process = multiprocessing.get_context("spawn").Process(target=double, args=(4,))
        process.start()
        process.join()
        print("process", process.exitcode)
    elif how == "commands":
        print(json.dumps(helper_commands()))
    elif how in ("child", "child of another user", "child as another user"):
        if how == "child of another user":
            give_up_privileges()
        before = give_up_privileges if how == "child as another user" else None
        subprocess.run([sys.executable, "-c", "print('interpreter', __import__('sys').argv)"], check=True, preexec_fn=before)
    elif how == "pass":
        subprocess.run([sys.executable, *rest], check=True)
    elif how == "pass for ever":
        os.environ["HOW"] = how
        sys.exit(subprocess.run([sys.executable, *rest]).returncode)
    elif how == "pass end":
        subprocess.run([sys.executable, *rest[2:]], check=True)
    elif how == "pass to shell":
        subprocess.run(["sh", "-c", '"$0" "$@"; :', sys.executable, *rest], check=True)
    elif how == "restart":
        subprocess.run([sys.executable, *sys.argv], check=True)
    elif how == "pass in place":
        os.execv(sys.executable, [sys.executable, *rest])
    elif how == "restart in place":
        os.execv(sys.executable, [sys.executable, *sys.argv])
    elif how == "shell":
        os.environ["EXE"] = sys.executable
        subprocess.run(rest[0], shell=True, check=True)
    elif how == "variables":
        given = sorted(name for name in os.environ if name.startswith(("PYTHON", "PYOXIDIZER")))
        import zoneinfo

        print(given, sys.flags.isolated, [path for path in sys.path + list(zoneinfo.TZPATH) if "evil" in path])
    else:
        print("application", rest, "user", os.geteuid(), "group", os.getegid())


if __name__ == "__main__":
    main()
