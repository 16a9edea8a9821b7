"""Who takes part in a run of several processes: asked before JAX, which would abort without a clear word."""

import contextlib
import os
import socket
import time

_HERE = "all here"


def roll_call(address, processes, index, seconds):
    """Waits until every process has come to process 0, each index once.

    Args:
        address: HOST:PORT of process 0; free again afterwards.
        processes: How many there are.
        index: Which of them this is.
        seconds: How long to wait.

    Raises:
        TimeoutError: If process 0, or any other, is not there in time.
        ValueError: If an index came twice, or a process expects another number of them.
        OSError: If process 0 cannot listen there.
    """
    deadline = time.monotonic() + seconds
    host, _, port = address.rpartition(":")
    if index:
        answer = _report(host.strip("[]"), int(port), f"{index} {processes}\n", deadline)
    else:
        answer = _gather(int(port), processes, deadline)
    if answer != _HERE:
        raise (TimeoutError if "in time" in answer else ValueError)(answer)


def _report(host, port, message, deadline):
    """Tells process 0 who this is, as soon as it listens; its answer."""
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
    """Listens until all have come or one does not fit, and answers them; the answer."""
    came, answer = set(), ""
    with _listen(port, processes) as server, contextlib.ExitStack() as connections:
        waiting = []
        while not answer and len(came) < processes - 1:
            server.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                connection, sender = server.accept()
            except TimeoutError:
                missing = ", ".join(str(one) for one in range(1, processes) if one not in came)
                answer = f"Not all of --processes={processes} came in time. Received: all but {missing}."
                continue
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
    """Notes an index; what is wrong with it, or nothing."""
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
