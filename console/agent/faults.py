"""What can be wrong with a control file, in one sentence an operator can act on."""

from __future__ import annotations


class ControlFault(Exception):  # noqa: N818 - a fault of the file, not an error of the caller
    """The control file says nothing that may be obeyed; `str()` is the sentence that says why.

    A fault never means "no restrictions": what it does mean is decided by the route's `on_fault`.
    """
