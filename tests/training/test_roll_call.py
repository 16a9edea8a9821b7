import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from dbdgan_tf.training.roll_call import roll_call


@pytest.fixture
def port():
    with socket.create_server(("", 0)) as server:
        return server.getsockname()[1]


def call(port, *places, seconds=10):
    """What every process is told that calls with (processes, index): nothing, or its error."""

    def one(place):
        try:
            return roll_call(f"localhost:{port}", *place, seconds)
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    with ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(one, places))


def test_all_come_and_the_port_is_free_again(port):
    assert call(port, (3, 2), (3, 0), (3, 1)) == [None] * 3
    assert call(port, (2, 1), (2, 0)) == [None] * 2


def test_missing_ones_are_named(port):
    for told in call(port, (4, 0), (4, 2), seconds=1):
        assert told == "TimeoutError: Not all of --processes=4 came in time. Received: all but 1, 3."
    (told,) = call(port, (2, 1), seconds=0.5)
    nobody = "TimeoutError: Process 0 does not answer. Received: --coordinator=localhost"
    assert told.startswith(f"{nobody}:{port}")


@pytest.mark.parametrize(
    "places, received",
    [
        ([(3, 0), (3, 1), (3, 1)], "--process_index=1 --processes=3 from .* for the second time"),
        ([(3, 0), (2, 1), (3, 2)], "--process_index=1 --processes=2 from .*[.] Allowed: --processes=3"),
    ],
)
def test_whoever_does_not_fit_is_told_to_all(port, places, received):
    told = call(port, *places, seconds=2)
    assert re.search(f"ValueError: A process does not fit the others. Received: {received}", told[0])
    # One may come when process 0 has gone with this error already.
    assert set(told[1:]) <= {told[0], *(one for one in told if "Process 0 does not answer" in one)}


def test_a_taken_port_is_told(port):
    with socket.create_server(("", port)):
        (told,) = call(port, (2, 0))
    assert told.startswith(
        f"OSError: Process 0 cannot listen. Received: port {port} (Address already in use)"
    )
