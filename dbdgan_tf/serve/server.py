"""Runs the application on an address until it is told to stop."""

import os
import socket

import cv2
import uvicorn

from dbdgan_tf.serve.app import make_app


def run(detectors, limits, host, port, tell=print):
    """Serves until SIGTERM or Ctrl-C; what has begun is finished first.

    Args:
        detectors: `Detectors`.
        limits: `Limits`.
        host: Name or address to listen at.
        port: 0 for any free one.
        tell: Called with one line once requests are welcome.

    Raises:
        OSError: If the address cannot be had.
    """
    with listen(host, port) as listener:
        # A photograph is one thread's.
        cv2.setNumThreads(1)
        app = make_app(detectors, limits)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_level="error",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=int(2 * limits.seconds) + 1,
            )
        )
        shown = f"[{host}]" if ":" in host else host
        tell(f"dbdgan serves at http://{shown}:{listener.getsockname()[1]}; Ctrl-C ends it.")
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn has finished what had begun, and hands the signal on.
            return


def listen(host, port):
    """A socket that listens at an address.

    Raises:
        OSError: If it is in use, or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno)
        raise OSError(
            f"cannot listen at {host}:{port} ({reason}); --host and --port choose another"
        ) from error
