"""Arrays in this process, in threads and in other processes: arguments say which."""

import concurrent.futures
import multiprocessing
import sys
from multiprocessing import shared_memory

import numpy


def decompose(seed):
    matrix = numpy.random.default_rng(seed).random((40, 40))
    q, r = numpy.linalg.qr(matrix)
    return numpy.abs(q @ r - matrix).max() < 1e-12, matrix


def fill(name, row):
    block = shared_memory.SharedMemory(name)
    array = numpy.ndarray((4, 1000), dtype="f8", buffer=block.buf)
    array[row] = numpy.arange(1000) * row
    del array
    block.close()


def main(how):
    # Processes that are forked share the process that looks after shared memory only if there is one.
    block = shared_memory.SharedMemory(create=True, size=4 * 1000 * 8)
    if how == "threads":
        pool = concurrent.futures.ThreadPoolExecutor(4)
    elif how != "here":
        context = multiprocessing.get_context(how)
        pool = concurrent.futures.ProcessPoolExecutor(2, mp_context=context)
    results = map(decompose, range(8)) if how == "here" else pool.map(decompose, range(8))
    for exact, matrix in results:
        print(exact, matrix.shape, round(float(matrix.sum()), 6))
    if how in ("spawn", "fork", "forkserver"):
        list(pool.map(fill, [block.name] * 4, range(4)))
        array = numpy.ndarray((4, 1000), dtype="f8", buffer=block.buf)
        print(array.sum(axis=1))
        del array
    block.close()
    block.unlink()
    if how != "here":
        pool.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
