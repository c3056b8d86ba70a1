"""An MCP server with its client in one process: the tool is called once."""

from __future__ import annotations

import asyncio

from mcp import Client
from mcp.server import MCPServer

from console.agent.adapters.mcp_server import braked
from tests.real.frameworks.stage import Seen, brake

SEEN = Seen(["client"], [])
server = MCPServer("work")


@server.tool()
@braked(brake())
def shell() -> str:
    """Leave a mark."""
    SEEN.called.append("shell")
    return "done"


async def main() -> None:
    async with Client(server) as client:
        SEEN.report(await client.call_tool("shell", {}))


asyncio.run(main())
