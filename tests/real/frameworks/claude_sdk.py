"""claude-agent-sdk, which runs Claude Code, against a model of ours."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from claude_agent_sdk import ClaudeAgentOptions, query

from console.agent.adapters.claude_sdk import hooks
from tests.real import models
from tests.real.frameworks.stage import Seen, brake


async def main() -> None:
    place = Path(sys.argv[2])
    mark = place / "ran"
    with models.serving(models.anthropic(f"touch {mark}")) as model:
        options = ClaudeAgentOptions(
            hooks=hooks(brake()),
            permission_mode="bypassPermissions",
            cwd=place,
            env={
                "ANTHROPIC_BASE_URL": model.url,
                "ANTHROPIC_API_KEY": "none",
                "CLAUDE_CONFIG_DIR": str(place / ".claude"),
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                "HOME": str(place),
                "IS_SANDBOX": "1",
                "PATH": os.environ["PATH"],
            },
        )
        said = [str(message) async for message in query(prompt="go", options=options)]
        Seen(["model"] * model.asked, ["shell"] * mark.exists()).report("".join(said))


asyncio.run(main())
