"""AI server: a real HTTP server on loopback that reads tickets, or misbehaves.

It speaks the chat-completions protocol. A message that says "bug 40" is read as a bug
of tone 0.40; one whose first word is no topic is read as "other".
"""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple, Self

TOPICS = ("price", "bug", "how_to", "cancel")
HEADERS = {"Content-Type": "application/json"}


class Asked(NamedTuple):
    path: str
    headers: Message
    body: dict

    @property
    def messages(self) -> list[dict]:
        return json.loads(self.body["messages"][-1]["content"])

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages]


class Reply(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    stall: float = 0.0  # seconds before the first byte
    cut: int = 0  # bytes promised and never sent


Act = Callable[[Asked], Reply]


def reads(asked: Asked) -> Reply:
    """Do as asked."""
    return Reply(body=completion(json.dumps({"readings": readings_of(asked)})))


def readings_of(asked: Asked) -> list[dict]:
    return [reading_of(message) for message in asked.messages]


def reading_of(message: dict) -> dict:
    topic, _, tone = message["text"].partition(" ")
    known = topic in TOPICS
    return {
        "id": message["id"],
        "topic": topic if known else "other",
        "tone": float(tone) / 100 if known else 0.5,
    }


def completion(content: object, tokens: object = 100) -> bytes:
    message = {"role": "assistant", "content": content}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return json.dumps({**body, "usage": {"total_tokens": tokens}}).encode()


def says(content: object) -> Act:
    """Answer in the protocol, with this content."""
    return lambda asked: Reply(body=completion(content))


def sends(body: bytes, **more: object) -> Act:
    """Answer with these bytes."""
    return lambda asked: Reply(body=body, **more)


def fails(status: int, body: bytes = b"", **headers: str) -> Act:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked: Reply(status, body, named)


def changed(change: Callable[[list[dict]], object]) -> Act:
    """Answer with readings to which something was done."""
    return lambda asked: says(json.dumps({"readings": change(readings_of(asked))}))(
        asked
    )


def unless(trouble: str, act: Act) -> Act:
    """Do as asked, but `act` where a text has `trouble` in it."""
    return lambda asked: (act if trouble in " ".join(asked.texts) else reads)(asked)


class AiServer:
    """Performs its acts, one a request, and then `always`."""

    def __init__(self, *acts: Act, always: Act = reads) -> None:
        self.acts, self.always = list(acts), always
        self.asked: list[Asked] = []
        self.over = threading.Event()
        self.http = _Http(("127.0.0.1", 0), _Handler)
        self.http.owner = self
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        act = self.acts.pop(0) if self.acts else self.always
        return act(asked)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: AiServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.server.owner.reply(Asked(self.path, self.headers, body))
        with suppress(ConnectionError):  # the client may have given up
            self.send(reply)

    def send(self, reply: Reply) -> None:
        self.server.owner.over.wait(reply.stall)
        self.send_response_only(reply.status)
        for name, value in {**HEADERS, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + reply.cut))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = bool(reply.cut)

    def log_message(self, *_: object) -> None:
        pass
