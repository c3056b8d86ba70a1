"""Fake models: servers on loopback that answer as the tools' own services do.

Each lets the agent use its shell once, with a command that leaves a file, and then ends the turn.
What a program did is seen by the requests that came in and by the file that is, or is not, there.
"""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
Reply = list[tuple[str, Json]]
"""Server-sent events: (name, data)."""


class Model:
    """A model behind a port: how often it was asked to think, and what it answers."""

    def __init__(self, answer: Callable[[str, Json], Reply | None]) -> None:
        self.asked = 0
        self.answer = answer
        self.url = ""

    def reply(self, path: str, body: Json) -> Reply | None:
        """Return the events of an answer; None for a request that is none of a model's."""
        said = self.answer(path, body)
        self.asked += said is not None
        return said


def anthropic(command: str) -> Model:
    """Return a model behind the Anthropic Messages API."""

    def answer(path: str, body: Json) -> Reply | None:
        if "/messages" not in path or "count_tokens" in path:
            return None
        used = "tool_result" in json.dumps(body.get("messages", []))
        bash = any(tool.get("name") == "Bash" for tool in body.get("tools", []))
        if used or not bash:
            block: Json = {"type": "text", "text": ""}
            delta: Json = {"type": "text_delta", "text": "done"}
        else:
            block = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
            said = {"command": command, "description": "leave a file"}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(said)}
        stop = "end_turn" if block["type"] == "text" else "tool_use"
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "content": [],
            "model": body.get("model", "fake"), "stop_reason": None, "stop_sequence": None,
            "usage": usage,
        }  # fmt: skip
        events: list[Json] = [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": usage},
            {"type": "message_stop"},
        ]
        return [(event["type"], event) for event in events]

    return Model(answer)


def responses(command: str) -> Model:
    """Return a model behind the OpenAI Responses API."""

    def answer(path: str, body: Json) -> Reply | None:
        if not path.rstrip("/").endswith("/responses"):
            return None
        used = "function_call_output" in json.dumps(body.get("input", []))
        names = [tool.get("name") for tool in body.get("tools", [])]
        if used or "exec_command" not in names:
            part = {"type": "output_text", "text": "done", "annotations": []}
            item: Json = {"type": "message", "id": "m", "role": "assistant", "content": [part]}
        else:
            said = json.dumps({"cmd": command})
            item = {"type": "function_call", "id": "f", "call_id": "c", "name": "exec_command"}
            item["arguments"] = said
        item["status"] = "completed"
        usage = {
            "input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }  # fmt: skip
        whole = {"id": "r", "object": "response", "status": "completed", "output": [item]}
        events: list[Json] = [
            {"type": "response.created", "response": {"id": "r", "status": "in_progress"}},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": {**whole, "usage": usage}},
        ]
        return [(event["type"], event) for event in events]

    return Model(answer)


def gemini(command: str) -> Model:
    """Return a model behind the Gemini API."""

    def answer(path: str, body: Json) -> Reply | None:
        if "generateContent" not in path and "streamGenerateContent" not in path:
            return None
        used = "functionResponse" in json.dumps(body.get("contents", []))
        names = json.dumps(body.get("tools", []))
        part: Json = {"text": "done"}
        if not used and "run_shell_command" in names:
            part = {"functionCall": {"name": "run_shell_command", "args": {"command": command}}}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
        content = {"role": "model", "parts": [part]}
        candidate = {"index": 0, "content": content, "finishReason": "STOP"}
        return [("", {"candidates": [candidate], "usageMetadata": usage})]

    return Model(answer)


@contextlib.contextmanager
def serving(model: Model) -> Iterator[Model]:
    """Serve a model on a free port of loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(b"{}", "application/json")

        do_HEAD = do_GET  # noqa: N815

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                body = json.loads(raw)
            except ValueError:
                body = {}
            said = model.reply(self.path, body if isinstance(body, dict) else {})
            if said is None:
                self._send(b'{"input_tokens": 1}', "application/json")
                return
            stream = "".join(
                (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"
                for name, data in said
            )
            if "generateContent" in self.path and "stream" not in self.path:
                self._send(json.dumps(said[0][1]).encode(), "application/json")
            else:
                self._send(stream.encode(), "text/event-stream")

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
