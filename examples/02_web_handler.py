"""Embedding in a web handler (嵌入网页服务): a small WSGI application, standard library only.

    python examples/02_web_handler.py            talks to itself and prints what is said
    python examples/02_web_handler.py serve      listens on http://127.0.0.1:8000

Any framework does the same four things, each marked below:

1. says who is asking: **the host's own sign-in decides the Actor**, never a field of the request;
2. builds a Request or a command from the body, and nothing else from the body;
3. passes on an idempotency key and the version the page was showing;
4. turns errors into answers by ``status_hint`` and ``as_dict``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any

from hotline12345 import Actor, Hotline, HotlineError, Order, Request, Requester, RequestError
from hotline12345 import commands as c

Start = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]
BODY_LIMIT = 1 << 20

# Stands for the host's sessions: a token names a person whose roles the host knows.
SESSIONS = {"token-li": "agent@210100-12345/li", "token-zhao": "handler@210100-ecology/zhao"}

# What this site lets its pages do.  A command that is not here does not exist for the outside.
COMMANDS: Mapping[str, Callable[[Actor, Mapping[str, Any]], c.Command]] = {
    "sign": lambda by, body: c.Sign(by),
    "send-back": lambda by, body: c.SendBack(by, reason=str(body.get("reason", "")), note=str(body.get("note", ""))),
    "reply": lambda by, body: c.Reply(
        by, text=str(body.get("text", "")), public=str(body.get("public", "")), solved=body.get("solved")
    ),
}


def actor_of(environ: Environ) -> Actor:
    """Say who is asking (身份由宿主系统认定)."""
    token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    if token not in SESSIONS:
        raise RequestError("请先登录", "sign in first", code="no-session")
    return Actor.parse(SESSIONS[token])


def body_of(environ: Environ) -> dict[str, Any]:
    """Read the body, no more than BODY_LIMIT of it."""
    try:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 <= size <= BODY_LIMIT:
            raise ValueError(f"{size} bytes")
        body = json.loads(environ["wsgi.input"].read(size) or b"{}")
        if not isinstance(body, dict):
            raise ValueError("not an object")
    except ValueError as fault:
        raise RequestError("请求体不是 JSON 对象", f"the body is no JSON object: {fault}", code="bad-body") from fault
    return body


def request_of(body: Mapping[str, Any]) -> Request:
    """Build the Request; the moment of receipt is the server's, not the browser's."""
    return Request(
        received=datetime.now(UTC),
        title=str(body.get("title", "")),
        text=str(body.get("text", "")),
        requester=Requester(name=str(body.get("name", "")), phone=str(body.get("phone", ""))),
        area=str(body.get("area", "")),
        channel="web",
    )


def shown(order: Order) -> dict[str, Any]:
    """Choose what the page gets: nothing private is in an Order, only references to it."""
    due = order.citizen.deadline if order.citizen is not None else None
    return {
        "number": order.number,
        "version": order.version,
        "status": order.status.value,
        "status_zh": order.status.zh,
        "holder": order.holder,
        "due_day": due.due_day.isoformat() if due is not None and due.due_day is not None else None,
        "provisional": due.provisional if due is not None else False,
    }


class Site:
    """The application (应用): one Hotline, shared by the threads of the process."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline = hotline

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        try:
            status, answer = self.answer(environ)
        except HotlineError as error:
            status, answer = http_status(error), error.as_dict("zh")
        body = json.dumps(answer, ensure_ascii=False).encode()
        headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def answer(self, environ: Environ) -> tuple[int, dict[str, Any]]:
        by = actor_of(environ)
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        match (environ["REQUEST_METHOD"], environ["PATH_INFO"].strip("/").split("/")):
            case "POST", ["orders"]:
                return 201, shown(self.hotline.receive(request_of(body_of(environ)), by=by, key=key))
            case "GET", ["orders", number]:
                return 200, shown(self.hotline.order(number))
            case "POST", ["orders", number, name] if name in COMMANDS:
                command = COMMANDS[name](by, body_of(environ))
                version = environ.get("HTTP_IF_MATCH", "").strip('"')
                expected = int(version) if version.isdecimal() else None
                return 200, shown(self.hotline.handle(number, command, key=key, expected=expected))
        return 404, {"code": "no-such-page", "message": "没有这个地址", "hint": ""}


def http_status(error: HotlineError) -> int:
    """Turn an error into a status: what the library suggests, and the two it cannot know of."""
    return {"no-session": 401, "not-permitted": 403}.get(error.code, error.status_hint)


# ── the site talks to itself ──


def call(site: Site, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    """Call the application as a server would, and print what was said."""
    data = json.dumps(body).encode() if body is not None else b""
    environ: Environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": BytesIO(data),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    said: list[str] = []
    answer: dict[str, Any] = json.loads(b"".join(site(environ, lambda status, _: said.append(status))))
    shown_answer = {key: value for key, value in answer.items() if key not in ("number", "due_day", "provisional")}
    print(f"{method} {path.split('/')[-1]:9} → {said[0]}  {json.dumps(shown_answer, ensure_ascii=False)}")
    return answer


def main() -> None:
    """Take one request through the site, with everything that usually goes wrong."""
    with TemporaryDirectory() as folder:
        hotline = Hotline("shenyang", f"sqlite:///{folder}/hotline.db")
        try:
            talk(Site(hotline))
        finally:
            hotline.store.close()


def talk(site: Site) -> None:
    """Say it."""
    li, zhao = {"authorization": "Bearer token-li"}, {"authorization": "Bearer token-zhao"}
    report = {"text": "楼下工厂夜里噪音扰民，睡不着", "phone": "13800000000", "area": "210102"}

    first = call(site, "POST", "/orders", report, **li, idempotency_key="form-7")
    again = call(site, "POST", "/orders", report, **li, idempotency_key="form-7")
    assert first["number"] == again["number"], "a form sent twice is one order"
    here = f"/orders/{first['number']}"

    call(site, "POST", "/orders", report)  # nobody has signed in: 401
    call(site, "POST", f"{here}/sign", **li)  # an agent does not sign for a unit: 403
    signed = call(site, "POST", f"{here}/sign", **zhao, if_match=str(first["version"]))
    call(site, "POST", f"{here}/reply", {}, **zhao, if_match=str(first["version"]))  # an old page: 409
    call(site, "POST", f"{here}/reply", {"public": "已停产", "solved": True}, **zhao, if_match=str(signed["version"]))
    call(site, "POST", f"{here}/reply", {}, **zhao)  # replied already: 409
    call(site, "GET", "/orders/0", **li)  # no such order: 404


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        from wsgiref.simple_server import make_server

        print("http://127.0.0.1:8000")
        make_server("127.0.0.1", 8000, Site(Hotline("shenyang", "sqlite:///hotline12345.db"))).serve_forever()
    main()
