"""Retries without the client library: the same request under the same key is done once."""

import asyncio
import random
import sys
import uuid
from pathlib import Path
from typing import Any

import aiohttp

BANK = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
ATTEMPT_COUNT_MAX = 5
ADMIN = {"username": "admin", "password": Path(".bank/admin_password").read_text()}


async def post(
    http: aiohttp.ClientSession, path: str, body: object, **headers: str
) -> tuple[dict[str, Any], bool]:
    """The answer to a POST and whether it is a replay, after as many attempts as it takes."""
    for attempt in range(ATTEMPT_COUNT_MAX):
        try:
            async with http.post(f"{BANK}/v1/{path}", json=body, headers=headers) as answer:
                if answer.status not in (429, 503):
                    return await answer.json(), "Idempotent-Replayed" in answer.headers
        except (aiohttp.ClientError, TimeoutError):
            pass  # it may have been done: only the key makes it safe to send it again
        await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))
    raise TimeoutError(f"no answer from {path}")


async def main() -> None:
    """Open an account once, although the request is sent twice."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5)) as http:
        tokens, _ = await post(http, "users/login", ADMIN)
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

        # One key for one intention, made before the first attempt.
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        first, is_replay = await post(http, "accounts", {"currency": "GBP"}, **headers)
        print("an account in", first["currency"], "replayed:", is_replay)
        again, is_replay = await post(http, "accounts", {"currency": "GBP"}, **headers)
        print("the same:", again == first, "replayed:", is_replay)

        other, _ = await post(http, "accounts", {"currency": "CHF"}, **headers)
        print(other["code"])


asyncio.run(main())

# Prints:
# an account in GBP replayed: False
# the same: True replayed: True
# idempotency_key_reused
