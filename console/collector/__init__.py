"""The loop that joins the parts: logs in, numbers, alerts and the control file's heartbeat out.

`Collector` is imported when it is asked for: who only reads the store needs no log formats.
"""

from typing import TYPE_CHECKING, Any

from console.collector.lease import Held, Lease

if TYPE_CHECKING:
    from console.collector.loop import Collector

__all__ = ["Collector", "Held", "Lease"]


def __getattr__(name: str) -> Any:
    if name != "Collector":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from console.collector.loop import Collector

    return Collector
