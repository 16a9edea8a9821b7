"""A bounded, ordered, parallel map whose failures do not lose the rest."""

import collections
import concurrent.futures

BAD_INPUT = (ValueError, OSError)


def ordered_map(function, items, workers=2, ahead=4, caught=BAD_INPUT):
    """Applies a function in threads, in order, never drawing more than `workers + ahead` items ahead.

    Threads suffice where the work (decoding, a model, encoding) runs outside of Python. Items may be endless.
    Yields (item, result), the exception where the function raised a caught one. When the consumer stops or is
    interrupted, what has not begun is dropped and what has begun is finished.
    """
    pending = collections.deque()
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    try:
        for item in items:
            pending.append((item, pool.submit(function, item)))
            if len(pending) >= workers + ahead:
                yield _settle(*pending.popleft(), caught)
        while pending:
            yield _settle(*pending.popleft(), caught)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _settle(item, future, caught):
    try:
        return item, future.result()
    except caught as error:
        return item, error
