"""Threads, order, bounds and failures."""

import itertools
import threading
import time

import pytest

from dbdgan_tf.ordered_map import ordered_map


def slow_square(number):
    time.sleep(0.002 * (number % 3))
    if number == 5:
        raise ValueError("five")
    return number * number


def test_order_and_errors():
    results = dict(ordered_map(slow_square, range(20), workers=4))
    assert list(results) == list(range(20))
    assert str(results.pop(5)) == "five"
    assert results == {number: number * number for number in results}
    # What is not caught propagates.
    with pytest.raises(ValueError, match="five"):
        list(ordered_map(slow_square, range(20), caught=OSError))


def test_endless_items_are_drawn_as_needed_and_interruption_drops_what_has_not_begun():
    items, begun = itertools.count(), []
    results = ordered_map(lambda item: begun.append(item) or 2 * item, items, workers=2, ahead=3)
    assert [next(results) for _ in range(3)] == [(0, 0), (1, 2), (2, 4)]
    results.close()
    assert next(items) == 3 + 5 - 1 and len(begun) <= 7


def test_work_runs_at_the_same_time():
    barrier = threading.Barrier(3, timeout=20)
    results = [result for _, result in ordered_map(lambda _: barrier.wait(), range(3), workers=3)]
    assert sorted(results) == [0, 1, 2]
