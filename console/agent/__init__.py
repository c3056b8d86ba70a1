"""What autonomous agents import: a guard that obeys the control file, and a log of their own.

Standard library only, and nothing else of this package: the directory can be copied into any agent.

    from console.agent import AgentLog, Guard

    log = AgentLog("/var/log/agents", route="refunds", agent="worker-1")
    with Guard("/etc/burnline/control.json", "refunds", receipts=log) as guard:
        with log.run("r-1", sla_s=300, guard=guard) as run:
            run.action("refund.send")
"""

from .faults import ControlFault
from .guard import Guard
from .log import AgentLog
from .refusals import ActionDenied, ApprovalNeeded, Refused, RoutePaused

__all__ = [
    "ActionDenied",
    "AgentLog",
    "ApprovalNeeded",
    "ControlFault",
    "Guard",
    "Refused",
    "RoutePaused",
]
