"""Any service that Apprise knows, by its URL. Apprise is an extra, and is loaded when it is used.

An Apprise URL carries passwords, and so may what the library says about it: nothing of either is
ever repeated. Of a failure we tell at most the HTTP status.
"""

from __future__ import annotations

import logging
import re
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from console.model import Severity
from console.notify.channel import NotDelivered
from console.notify.message import text, title

if TYPE_CHECKING:
    from console.model import Notice

_STATUS = re.compile(r"error=(\d{3})\b")
_LOADING = threading.Lock()
"""Held while Apprise loads its services, which takes a moment and is not made for threads."""
_SOUND = {Severity.PAGE: "failure", Severity.TICKET: "warning"}


class AddressCarrier:
    """Sends to one Apprise `url`; the library's own time-outs (`?cto=`, `?rto=`) apply."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._scheme = url.partition("://")[0].lower()

    def trouble(self) -> str:
        """Return that Apprise is missing, where it is."""
        if find_spec("apprise") is None:
            return "Apprise is not installed; pip install 'burnline[notify]'"
        return ""

    def deliver(self, notice: Notice, *, again: bool) -> None:
        """Send the notice; its key stands in the text, and in a header where there are headers.

        Raises:
            NotDelivered: the service did not say that it took it, or there is no such service.
        """
        del again
        service = _service(self._url)
        if service is None:
            raise NotDelivered(f"Apprise takes no such {self._scheme}:// address")
        headers = getattr(service, "headers", None)
        if isinstance(headers, dict):
            headers["Idempotency-Key"] = notice.key
        resolved = notice.what == "resolved"
        sound = "success" if resolved else _SOUND[notice.severity]
        with _Ear() as ear:
            taken = service.notify(body=text(notice), title=title(notice), notify_type=sound)
        if not taken:
            status = f" (HTTP {ear.status})" if ear.status else ""
            raise NotDelivered(f"the service did not take it{status}")


def _service(url: str) -> Any:
    """Return Apprise's own object for an address, made anew: it is not safe to share by threads."""
    with _LOADING:
        import apprise

        asset = apprise.AppriseAsset(
            app_id="burnline", app_desc="burnline", async_mode=False, storage_mode="memory"
        )
        return apprise.Apprise.instantiate(url, asset=asset)


class _Ear(logging.Handler):
    """Hears, in this thread, the HTTP status that Apprise logs of a failure."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.status = ""
        self._thread = threading.get_ident()
        self._logger = logging.getLogger("apprise")

    def __enter__(self) -> _Ear:
        # What the library logs may name the address: it goes nowhere but here.
        self._logger.propagate = False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if record.thread == self._thread and found:
            self.status = found[1]
