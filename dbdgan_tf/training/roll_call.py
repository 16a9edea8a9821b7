"""Who takes part in a run of several processes: asked before JAX, which would abort without a clear word."""

import contextlib
import os
import socket
import time

_HERE = "all here"


def roll_call(address, processes, index, seconds):
    """Waits until all have come to process 0, each index once, at a HOST:PORT that is free again then."""
    deadline = time.monotonic() + seconds
    host, _, port = address.rpartition(":")
    if index:
        answer = _report(host.strip("[]"), int(port), f"{index} {processes}\n", deadline)
    else:
        answer = _gather(int(port), processes, deadline)
    if answer != _HERE:
        raise (TimeoutError if "in time" in answer else ValueError)(answer)


def _report(host, port, message, deadline):
    error = None
    while time.monotonic() < deadline:
        left = max(deadline - time.monotonic(), 0.1)
        try:
            with socket.create_connection((host, port), left) as connection:
                connection.settimeout(left + 60)  # Process 0 may have begun to wait later.
                connection.sendall(message.encode())
                if answer := connection.makefile().readline().strip():
                    return answer
        except OSError as failed:
            error = failed
        time.sleep(0.2)
    raise TimeoutError(
        f"Process 0 does not answer. Received: --coordinator={host}:{port} ({error}). Allowed: where the "
        "process of --process_index=0 runs, started with the same; --join_minutes says how long to wait."
    )


def _gather(port, processes, deadline):
    came, waiting, answer = set(), [], ""
    with _listen(port, processes) as server, contextlib.ExitStack() as connections:
        while not answer and len(came) < processes - 1:
            server.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                connection, sender = server.accept()
            except TimeoutError:
                missing = ", ".join(map(str, sorted(set(range(1, processes)) - came)))
                answer = f"Not all of --processes={processes} came in time. Received: all but {missing}."
                break
            waiting.append(connections.enter_context(connection))
            answer = _enter(connection, sender[0], processes, came)
        answer = answer or _HERE
        for connection in waiting:
            with contextlib.suppress(OSError):
                connection.sendall(f"{answer}\n".encode())
    return answer


def _listen(port, processes):
    dual = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if dual else socket.AF_INET
    try:
        return socket.create_server(("", port), family=family, dualstack_ipv6=dual, backlog=processes)
    except OSError as error:
        raise OSError(
            f"Process 0 cannot listen. Received: port {port} ({os.strerror(error.errno)}). "
            "Allowed: a free port, and --process_index=0 once."
        ) from error


def _enter(connection, sender, processes, came):
    connection.settimeout(5)
    try:
        index, count = map(int, connection.makefile().readline().split())
    except (OSError, ValueError):
        return ""  # No process of ours.
    if count == processes and 0 < index < processes and index not in came:
        came.add(index)
        return ""
    again = " for the second time" if index in came else ""
    return (
        f"A process does not fit the others. Received: --process_index={index} --processes={count} from "
        f"{sender}{again}. Allowed: --processes={processes} everywhere, each index below it once."
    )
