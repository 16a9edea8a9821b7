"""A bounded, ordered, parallel map whose failures do not lose the rest."""

import collections
import concurrent.futures


def ordered_map(function, items, workers=2, ahead=4):
    """Applies a function in threads, in order, never holding more than `workers + ahead` results.

    Args:
        function: called with one item.
        items: any iterable, read lazily.
        workers: threads.
        ahead: finished or waiting results kept beyond the running ones.

    Yields:
        (item, result) in the order of items; the result is the exception where the function raised a
        ValueError or OSError (bad input). Other exceptions propagate.
    """
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        pending = collections.deque()
        try:
            for item in items:
                pending.append((item, pool.submit(function, item)))
                if len(pending) > workers + ahead:
                    yield _settle(*pending.popleft())
            while pending:
                yield _settle(*pending.popleft())
        finally:
            for _, future in pending:
                future.cancel()


def _settle(item, future):
    try:
        return item, future.result()
    except (ValueError, OSError) as error:
        return item, error
