"""control.flagd.json: the control file as flags, for any OpenFeature client (hooks.md C3).

Derived from control.json and never read by us. For each route the flags `burnline.<route>.state`
and `burnline.<route>.may-start`; and for clients that name their route in the evaluation context,
`burnline.state` and `burnline.may-start` with targeting on `route`. A context without a route gets
the strictest state of all, since nobody can say which one is meant. A limit on runs at once or on
actions is not a flag: an agent that has to keep one reads control.json.

flagd takes a change in only if the file's modification time goes up, so that it does, strictly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.agent.orders import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "https://flagd.dev/schema/v0/flags.json"
_ROUTE: dict[str, str] = {"var": "route"}
_PAUSED = "paused"


def flags(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the flag document that says what a control document says."""
    states = {route: str(section["state"]) for route, section in document["routes"].items()}
    found = {
        "burnline.state": _flag(_states(), "open", _targeting(states)),
        "burnline.may-start": _flag(
            _switch(), "on", _targeting({route: _may(state) for route, state in states.items()})
        ),
    }
    for route, state in sorted(states.items()):
        found[f"burnline.{route}.state"] = _flag(_states(), state)
        found[f"burnline.{route}.may-start"] = _flag(_switch(), _may(state))
    return {
        "$schema": SCHEMA,
        "flags": found,
        "metadata": {
            "generation": int(document["generation"]),
            "issued_at": str(document["issued_at"]),
            "issued_by": str(document["issued_by"]),
        },
    }


def _flag(
    variants: dict[str, Any], default: str, targeting: dict[str, Any] | None = None
) -> dict[str, Any]:
    flag = {"state": "ENABLED", "variants": variants, "defaultVariant": default}
    return flag if targeting is None else {**flag, "targeting": targeting}


def _states() -> dict[str, str]:
    return {state: state for state in STATES}


def _switch() -> dict[str, bool]:
    return {"on": True, "off": False}


def _may(state: str) -> str:
    return "off" if state == _PAUSED else "on"


def _targeting(variants: Mapping[str, str]) -> dict[str, Any]:
    """Return the rule that picks the variant of the context's route; unheard-of routes are open."""
    order = (*STATES, "on", "off")
    strictest = max(variants.values(), key=order.index, default=None)
    rule: list[Any] = [] if strictest is None else [{"!": [_ROUTE]}, strictest]
    for route, variant in sorted(variants.items()):
        rule += [{"==": [_ROUTE, route]}, variant]
    return {"if": [*rule, None]}
