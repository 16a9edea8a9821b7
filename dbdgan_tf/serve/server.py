"""Runs the application on an address until it is told to stop."""

import contextlib
import os
import socket
import sys

import cv2
import uvicorn

from dbdgan_tf.serve.app import make_app


def run(detectors, limits, host, port):
    """Serves until SIGTERM or Ctrl-C; what has begun is finished first. An OSError if it cannot listen."""
    with _listen(host, port) as listener:
        # A photograph is one thread's.
        cv2.setNumThreads(1)
        quiet = {"lifespan": "off", "log_level": "error", "access_log": False, "server_header": False}
        seconds = int(2 * limits.seconds) + 1
        app = make_app(detectors, limits)
        server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=seconds, **quiet))
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        print(f"dbdgan serves at {address}; Ctrl-C ends it.", file=sys.stderr, flush=True)
        # uvicorn finishes what has begun, and then hands the signal on.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _listen(host, port):
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno)
        raise OSError(f"cannot listen at {host}:{port} ({reason}); choose --host and --port") from error
