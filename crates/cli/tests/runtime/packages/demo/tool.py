"""A command line tool with an option -c of its own."""
import argparse
import sys

SHARED = []


def child(x):
    return x + len(SHARED) + 1


def main():
    parser = argparse.ArgumentParser(prog="tool")
    parser.add_argument("-c", "--config", default="none")
    parser.add_argument("-m", "--mode", default="none")
    parser.add_argument("--pool", choices=["fork", "spawn", "forkserver"])
    parser.add_argument("--status", type=int)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    print("tool", options.config, options.mode, options.rest, __name__)
    if options.pool:
        import multiprocessing
        context = multiprocessing.get_context(options.pool)
        with context.Pool(2) as pool:
            print(pool.map(child, range(4)))
            import demo.work
            print(pool.map(demo.work.square, range(4)))
    return options.status


if __name__ == "__main__":
    sys.exit(main())
