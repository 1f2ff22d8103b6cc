"""Authentication over HTTP: one header, and nothing else."""

from tests.api.client import Api


async def test_the_scheme_is_bearer_in_any_case(api: Api) -> None:
    alice = await api.person("alice")
    token = alice.token
    headers = {
        f"Bearer {token}": 200,
        f"bearer {token}": 200,
        f"BEARER {token}": 200,
        f"bEaReR  {token}": 200,
        f"Bearer{token}": 401,
        f"Basic {token}": 401,
        f"Token {token}": 401,
        f"Bearer {token} {token}": 401,
        f"Bearer {token},": 401,
        f'Bearer "{token}"': 401,
        f"Bearer {token}é": 401,
        "Bearer": 401,
        "Bearer ": 401,
        token: 401,
        "": 401,
    }
    for header, status in headers.items():
        answer = await api.request("GET", "/v1/users/alice", headers={"Authorization": header})
        assert answer.status == status, header


async def test_a_token_counts_in_the_header_only(api: Api) -> None:
    alice = await api.person("alice")
    path = f"/v1/accounts?access_token={alice.token}"
    assert (await api.request("GET", path)).code == "unauthenticated"
    cookie = {"Cookie": f"access_token={alice.token}; Authorization=Bearer {alice.token}"}
    assert (await api.request("GET", "/v1/accounts", headers=cookie)).code == "unauthenticated"
