"""The worker threads of the service, and the places of the requests that wait for them."""

import asyncio
import concurrent.futures
import contextlib
import threading


class Busy(Exception):
    """Every place is taken."""


class Places:
    """`workers` threads at work, `queue` requests waiting, more refused; each thread has called `warm_up`."""

    def __init__(self, workers, queue, warm_up):
        self._most, self.taken = workers + queue, 0
        self._threads = concurrent.futures.ThreadPoolExecutor(workers)
        # All must be inside at once, or one thread would take every turn.
        everyone = threading.Barrier(workers)
        list(self._threads.map(lambda _: (everyone.wait(), warm_up()), range(workers)))

    @contextlib.contextmanager
    def take(self):
        """One place, for as long as the request lasts; raises `Busy` if there is none."""
        if self.taken >= self._most:
            raise Busy
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, function, *arguments):
        """Runs a function in a worker thread; cancelled, it never begins, or keeps its place to the end."""
        future = self._threads.submit(function, *arguments)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel():
                self.taken += 1
                loop = asyncio.get_running_loop()
                future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._leave))
            raise

    def _leave(self):
        self.taken -= 1
