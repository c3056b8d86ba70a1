"""The hook as a program: `python -I -m console.agent.hooks TOOL --control PATH [...]`.

No argument parser is imported: the hook runs before every action of an agent.
"""

from __future__ import annotations

import os
import sys

from .deciding import Setup, answer
from .dialects import DIALECTS, NO, Answer
from .streams import asked, tell

_OPTIONS = {
    "--control": "control",
    "--route": "route",
    "--log": "log",
    "--on-fault": "on_fault",
    "--agent": "agent",
    "--state-dir": "state_dir",
    "--public-key": "public_key",
}
_ENVIRONMENT = {"BURNLINE_CONTROL": "control", "BURNLINE_ROUTE": "route"}


def setup_of(arguments: list[str], environment: dict[str, str]) -> Setup:
    """Return how the hook is set up by its arguments, and where they say nothing, the environment.

    Raises:
        ValueError: an argument is missing or unknown; the message says which.
    """
    if not arguments or arguments[0] not in DIALECTS:
        raise ValueError(f"name the tool first: {', '.join(DIALECTS)}")
    given = {field: environment[key] for key, field in _ENVIRONMENT.items() if environment.get(key)}
    rest = iter(arguments[1:])
    for option in rest:
        if option not in _OPTIONS:
            raise ValueError(f"{option!r} is no option; there are {', '.join(_OPTIONS)}")
        value = next(rest, "")
        if not value:
            raise ValueError(f"{option} needs a value")
        given[_OPTIONS[option]] = value
    if "control" not in given:
        raise ValueError("name the control file: --control PATH, or BURNLINE_CONTROL")
    return Setup(tool=arguments[0], **given)


def main() -> int:
    """Answer one question; return the exit code, 2 for everything that is not understood."""
    try:
        setup = setup_of(sys.argv[1:], dict(os.environ))
    except ValueError as error:
        return tell(Answer(stderr=f"burnline hook: {error}\n", code=NO))
    return tell(answer(setup, DIALECTS[setup.tool], asked()))


if __name__ == "__main__":
    sys.exit(main())
