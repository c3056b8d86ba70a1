"""The loop that joins the parts: logs in, numbers, alerts and the control file's heartbeat out."""

from console.collector.lease import Held, Lease, alive
from console.collector.loop import Collector

__all__ = ["Collector", "Held", "Lease", "alive"]
