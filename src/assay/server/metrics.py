"""Counters and times of the server, in the form that Prometheus reads."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150, 300)


class ServerMetrics:
    """The numbers of one server. Labels are names of the configuration, never a client's text."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "assay_requests", "Requests answered.", ["route", "code"], registry=self.registry
        )
        self.seconds = Histogram(
            "assay_request_seconds",
            "From a request's headers to its answer.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.samples = Counter(
            "assay_samples", "Samples with a reward.", ["rubric", "status"], registry=self.registry
        )
        self.withdrawn = Counter(
            "assay_withdrawn_samples",
            "Samples whose client left, or was refused, before they had a reward.",
            ["rubric"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "assay_waiting_samples", "Samples not begun.", ["rubric"], registry=self.registry
        )
        self.running = Gauge(
            "assay_running_samples", "Samples under way.", ["rubric"], registry=self.registry
        )
        self.batch = Histogram(
            "assay_batch_samples",
            "Samples that the engine got at once.",
            ["rubric"],
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self.held_bytes = Gauge("assay_held_bytes", "Bodies held.", registry=self.registry)

    def text(self) -> bytes:
        """As Prometheus's text format, version 0.0.4."""
        return generate_latest(self.registry)
