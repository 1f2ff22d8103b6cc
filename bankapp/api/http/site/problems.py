"""The pages that a problem's `type` leads to: its cause, its remedy, and whether to retry."""

import html
import json
import re
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bankapp.api.http.openapi.entries import tag_of
from bankapp.api.http.openapi.refusals import example_of
from bankapp.api.http.routes import ROUTES
from bankapp.api.http.site.files import File, add_page, send
from bankapp.api.http.site.pages import PAGE_HEADERS, page_file
from bankapp.api.problems import REFUSALS, status_of
from bankapp.domain import errors

PATH: Final = "/problems"
_AGAIN: Final = {
    True: "Yes. The request is right; it may succeed later.",
    False: "No, it would be refused again. A refusal is stored under its "
    "<code>Idempotency-Key</code>, too: send a changed request under a new key.",
}


def known_problems() -> dict[str, type[errors.Refusal]]:
    """Every refusal by its code; of two with the same code the first one."""
    by_code: dict[str, type[errors.Refusal]] = {}
    for refusal in REFUSALS:
        by_code.setdefault(refusal.code, refusal)
    return dict(sorted(by_code.items()))


def add_problem_pages(app: web.Application) -> None:
    """Serve an explanation of every problem to anyone, as a page or as JSON."""
    known = known_problems()
    pages = {code: page_file(code, _page(refusal)) for code, refusal in known.items()}
    pages[""] = page_file("Problems", _index(known))
    explained = {code: _explanation(refusal) for code, refusal in known.items()}
    data = {code: _json_file(explanation) for code, explanation in explained.items()}
    data[""] = _json_file({"items": list(explained.values())})

    async def explain(request: web.Request) -> web.StreamResponse:
        file = (data if _wants_json(request) else pages).get(request.match_info["code"])
        if file is None:
            raise web.HTTPNotFound
        return send(request, file, {**PAGE_HEADERS, "Vary": "Accept"})

    async def add_slash(_: web.Request) -> web.StreamResponse:
        return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "problems/"})

    add_page(app, PATH, add_slash)
    add_page(app, f"{PATH}/{{code:[^/]*}}", explain)


def _json_file(data: dict[str, Any]) -> File:
    return File.of(json.dumps(data).encode(), "application/json")


def _wants_json(request: web.Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


def _explanation(refusal: type[errors.Refusal]) -> dict[str, Any]:
    return {
        "type": f"{PATH}/{refusal.code}",
        "code": refusal.code,
        "title": refusal.message(),
        "status": status_of(refusal),
        "retryable": refusal.retryable,
        "remedy": refusal.remedy,
        "operations": [route.operation.name for route in ROUTES if refusal in route.refuses],
    }


def _index(known: dict[str, type[errors.Refusal]]) -> str:
    rows = "".join(
        f'<tr><td>{status_of(refusal).value}<th><a href="{PATH}/{code}">{code}</a>'
        f"<td>{_inline(refusal.message())}"
        f'<td data-label="Try again: ">{"yes" if refusal.retryable else "no"}'
        for code, refusal in sorted(known.items(), key=lambda item: (status_of(item[1]), item[0]))
    )
    return (
        '<h1>Problems</h1><p class="lead">Every refusal of the bank has one of these codes, and is '
        "sent as <code>application/problem+json</code> (RFC 9457). A code never changes its "
        "meaning: branch on it, and show people the <code>detail</code>.</p>"
        '<div class="scroll"><table><thead><tr><th>status<th>code<th>what happened<th>try again'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _page(refusal: type[errors.Refusal]) -> str:
    status = status_of(refusal)
    answer = json.dumps(example_of(refusal), indent=2)
    return (
        f'<p class="path"><a href="{PATH}/">Problems</a></p>'
        f"<h1>{_inline(refusal.message())}</h1>"
        f'<p class="quiet"><code>{refusal.code}</code>, answered with {status.value} '
        f"{html.escape(status.phrase)}</p>"
        f"<h2>What to do</h2><p>{_inline(refusal.remedy)}</p>"
        f"<h2>Send the same request again?</h2><p>{_AGAIN[refusal.retryable]}</p>"
        f"<h2>Example</h2><pre>{html.escape(answer)}</pre>"
        f"<h2>Requests that may be refused so</h2>{_operations(refusal)}"
    )


def _operations(refusal: type[errors.Refusal]) -> str:
    routes = [route for route in ROUTES if refusal in route.refuses]
    if not routes:
        return "<p>A request that no operation matches, or one item of a batch.</p>"
    if len(routes) == len(ROUTES):
        return "<p>Every request.</p>"
    lines = "".join(
        f'<li><a href="/docs#/{tag_of(route)}/{route.operation.name}">'
        f"<code>{route.method} {route.path}</code></a>"
        for route in routes
    )
    return f'<ul class="columns">{lines}</ul>'


def _inline(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
