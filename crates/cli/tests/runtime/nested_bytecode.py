# Processes that start processes in turn, of a program without source text.
# options: --no-source
#$ for outer in fork spawn forkserver; do timeout 100 $APP $outer; echo $?; done 2>&1
import multiprocessing
import sys


def double(number):
    return number * 2


def pool():
    with multiprocessing.get_context("spawn").Pool(2) as workers:
        print(workers.map(double, range(3)), sys.modules["__main__"].__spec__, double.__code__.co_filename)


if __name__ == "__main__":
    process = multiprocessing.get_context(sys.argv[1]).Process(target=pool)
    process.start()
    process.join()
    print(process.exitcode)
