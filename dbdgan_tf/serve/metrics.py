"""What the service counts, for Prometheus."""

import time

import prometheus_client as prometheus


class Metrics:
    """Counters of one application and their middleware; paths other than `routes` count as one."""

    def __init__(self, taken, routes):
        self.registry, self._routes = prometheus.CollectorRegistry(), routes
        labels = {"registry": self.registry}
        about = "Answers by path and status."
        self._answers = prometheus.Counter("dbdgan_answers", about, ["path", "status"], **labels)
        self._seconds = prometheus.Histogram("dbdgan_seconds", "Time to answer.", ["path"], **labels)
        self.images = prometheus.Counter("dbdgan_images", "Images, by outcome.", ["outcome"], **labels)
        prometheus.Gauge("dbdgan_places_taken", "Waiting or at work.", **labels).set_function(taken)
        prometheus.ProcessCollector(registry=self.registry)

    def text(self):
        """The page of /metrics, bytes."""
        return prometheus.generate_latest(self.registry)

    def around(self, app):
        """An ASGI application that counts what `app` answers; a client that left counts as 499."""

        async def counted(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            path = scope["path"] if scope["path"] in self._routes else "other"
            status, begun = 499, time.perf_counter()

            async def noting(message):
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, noting)
            finally:
                self._answers.labels(path, status).inc()
                self._seconds.labels(path).observe(time.perf_counter() - begun)

        return counted
