# packed only: what a person types into a shell that the program has started means the application.
#$ $APP open
#$ $APP below
#$ $APP instead
#$ $APP replaced
import os
import pty
import shutil
import subprocess
import sys
import tempfile

BASH = ["bash", "--norc", "--noprofile", "-i"]


def typed(program, command):
    """What is written to the file `result` if a person types a command into what runs in a new terminal."""
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        pid, terminal = pty.fork()
        if not pid:
            os.execvp(program[0], program)
        os.write(terminal, f"{command}; exit\n".encode())
        try:
            while os.read(terminal, 1000):
                pass
        except OSError:
            pass
        os.waitpid(pid, 0)
        with open("result") as file:
            return file.read()


def main():
    how = sys.argv[1]
    program = f"{sys.executable} -c value > result"
    commands = [program, f"sh -c '{program}; :'", f"{program} & wait", f"{program} | cat"]
    if how == "open":
        for command in commands:
            assert typed(BASH, command) == "ok\n", command
    elif how in ("below", "instead"):
        for command in commands:
            result = typed([sys.executable, sys.argv[0], f"shell {how}"], command)
            assert result == "ok\n", (command, result)
    elif how == "shell below":
        subprocess.run(BASH)
    elif how == "shell instead":
        os.execvp(BASH[0], BASH)
    elif how == "replaced":
        # A program that brings itself up to date.
        with tempfile.TemporaryDirectory() as directory:
            program = os.path.join(directory, "program")
            shutil.copy2(sys.executable, program)
            print(subprocess.check_output([program, "update"], text=True, env={} if len(sys.argv) > 2 else None), end="")
            return
    elif how == "update":
        shutil.copy2(sys.executable, sys.executable + ".new")
        os.rename(sys.executable + ".new", sys.executable)
        for environment in None, {}:
            text = subprocess.check_output([sys.executable, "-c", "print('new')"], text=True, env=environment)
            assert text == "new\n", text
    else:
        assert sys.argv[1:] == ["-c", "value"], sys.argv
    print("ok")


if __name__ == "__main__":
    main()
