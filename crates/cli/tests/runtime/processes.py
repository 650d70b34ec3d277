# Child processes of multiprocessing, with every start method.
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how 2>&1; echo $?; done
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how futures 2>&1; echo $?; done
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how manager 2>&1; echo $?; done
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how shared 2>&1; echo $?; done
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how fails 2>&1; echo $?; done
#$ for how in fork spawn forkserver; do echo "== $how"; $APP $how exits 2>&1; echo $?; done
#$ cd / && $APP spawn
import multiprocessing
import os
import sys

import demo.work

LATER = []


class Item:
    def __init__(self, x):
        self.x = x


def double(x):
    return x * 2


def item(x):
    return Item(x)


def show(queue, value):
    queue.put((value, __name__, double.__module__, multiprocessing.current_process().name, sys.argv[1:], bool(LATER)))
    queue.put(getattr(sys, "oxidized", None) == PARENT if "PARENT" in globals() else True)


def leave(status):
    print("leaving")
    sys.exit(status)


def main():
    LATER.append(1)
    how = sys.argv[1]
    what = sys.argv[2] if len(sys.argv) > 2 else "basic"
    context = multiprocessing.get_context(how)
    if what == "basic":
        queue = context.Queue()
        process = context.Process(target=show, args=(queue, 1), name="shower")
        process.start()
        print(queue.get(), queue.get())
        process.join()
        print(process.exitcode, process.name)
        process = context.Process(target=demo.work.put, args=(queue, "value"))
        process.start()
        print(queue.get())
        process.join()
        with context.Pool(2) as pool:
            print(pool.map(double, range(5)), pool.map(demo.work.square, range(5)), [i.x for i in pool.map(item, range(3))])
            print(len(set(pool.map(demo.work.pid, range(4)))) >= 1, pool.apply_async(double, (21,)).get(30))
        reader, writer = context.Pipe()
        process = context.Process(target=writer_end, args=(writer,))
        process.start()
        print(reader.recv())
        process.join()
        lock, value = context.Lock(), context.Value("i", 0)
        workers = [context.Process(target=count, args=(lock, value)) for _ in range(2)]
        [w.start() for w in workers]
        [w.join() for w in workers]
        print(value.value)
    elif what == "futures":
        from concurrent.futures import ProcessPoolExecutor
        with ProcessPoolExecutor(2, mp_context=context) as executor:
            print(list(executor.map(double, range(4))), executor.submit(demo.work.square, 5).result())
            print(repr(executor.submit(demo.work.fail, 5).exception()))
    elif what == "manager":
        with context.Manager() as manager:
            shared = manager.dict(a=1)
            process = context.Process(target=shared.update, args=({"b": 2},))
            process.start()
            process.join()
            print(dict(shared))
    elif what == "shared":
        from multiprocessing import shared_memory
        block = shared_memory.SharedMemory(create=True, size=10)
        process = context.Process(target=demo.work.write_shared, args=(block.name,))
        process.start()
        process.join()
        print(block.buf[0])
        block.close()
        block.unlink()
    elif what == "fails":
        process = context.Process(target=demo.work.fail, args=(1,))
        process.start()
        process.join()
        print(process.exitcode)
        with context.Pool(1) as pool:
            try:
                pool.apply(demo.work.fail, (2,))
            except ValueError as error:
                print(error)
    elif what == "exits":
        for status in 0, 3, "text":
            process = context.Process(target=leave, args=(status,))
            process.start()
            process.join()
            print(process.exitcode)
        process = context.Process(target=os._exit, args=(9,))
        process.start()
        process.join()
        print(process.exitcode)
        process = context.Process(target=demo.work.time_sleep if hasattr(demo.work, "time_sleep") else sleep, daemon=True)
        process.start()
        process.terminate()
        process.join()
        print(process.exitcode)


def sleep():
    import time
    time.sleep(20)


def writer_end(writer):
    writer.send("through the pipe")


def count(lock, value):
    for _ in range(100):
        with lock:
            value.value += 1


if __name__ == "__main__":
    main()
