import concurrent.futures
import multiprocessing
import sys


def square(number):
    return number * number


def child(queue, number):
    queue.put((multiprocessing.current_process().name, square(number)))


def fails():
    sys.exit(5)


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    process = context.Process(target=child, args=(queue, 7), name="worker")
    process.start()
    print(queue.get())
    process.join()
    print(process.exitcode)
    process = context.Process(target=fails)
    process.start()
    process.join()
    print(process.exitcode)
    with context.Pool(2) as pool:
        print(pool.map(square, range(5)))
        pool.close()
        pool.join()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(square, range(5))))
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        print(dict(shared), len(sys.argv))
