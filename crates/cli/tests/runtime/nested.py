# Processes of multiprocessing that start processes in turn, with functions of the script; and what a script is there.
#$ for outer in ${PYOX_TEST_ALL:+fork} spawn forkserver; do for inner in ${PYOX_TEST_ALL:+fork} spawn forkserver; do echo "== $outer $inner"; timeout 100 $APP $outer $inner; echo $?; done; done 2>&1
#$ $APP spawn what; $APP forkserver what
#$ $APP files
import io
import multiprocessing
import os
import sys


def double(number):
    return number * 2


def describe():
    main = sys.modules["__main__"]
    names = ["__name__", "__file__", "__cached__", "__loader__", "__package__", "__spec__", "__doc__"]
    print({name: getattr(main, name, "none") for name in names}, sys.modules.get("__mp_main__") is main)
    print(double.__module__, double.__code__.co_filename, sys.path[0] == os.path.dirname(main.__file__))


def pool(method):
    # Processes of a pool may have none themselves, so that this one is no part of a pool.
    with multiprocessing.get_context(method).Pool(2) as workers:
        print(method, workers.map(double, range(3)))


def main():
    if sys.argv[1] == "files":
        import runpy
        import trace

        namespace = runpy.run_path(__file__)
        print(sorted(name for name in namespace if not name.startswith("__")), namespace["__spec__"], namespace["__name__"])
        with io.open_code(__file__) as file:
            print(type(file.read(1)), len(file.readlines()) > 10)
        print(callable(trace.Trace))
        for path in "/nothing", b"/nothing":
            try:
                io.open_code(path)
            except (OSError, TypeError) as error:
                print(error)
        return
    outer, inner = sys.argv[1:]
    work = (describe, ()) if inner == "what" else (pool, (inner,))
    process = multiprocessing.get_context(outer).Process(target=work[0], args=work[1])
    process.start()
    process.join()
    print(process.exitcode)


if __name__ == "__main__":
    main()
