"""Bearer tokens, JWT of HS256: they name the user, and no session is looked up."""
# pyright: basic, reportMissingImports=false

import time
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ALGORITHM = "HS256"
KEY = "a key of the bench that is 32 bytes long"
LIFETIME_S = 3600

bearer = HTTPBearer()


def create_token(username: str) -> str:
    return str(jwt.encode({"sub": username, "exp": time.time() + LIFETIME_S}, KEY, ALGORITHM))


async def get_username(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    try:
        claims = jwt.decode(credentials.credentials, KEY, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "the token is not valid") from None
    return str(claims["sub"])


Username = Annotated[str, Depends(get_username)]
