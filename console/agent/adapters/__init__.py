"""The brake in agent frameworks: one small module each, imported by who uses that framework.

All of them refuse a start while the route is paused, refuse an action outside a reduced scope, ask
for approval where it is tightened, and stamp what they refuse with `[burnline:<order>]`, so that
the ledger tells our own denials from misses. `Brake` is what they share.
"""

from .brake import Brake

__all__ = ["Brake"]
