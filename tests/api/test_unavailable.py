"""What the bank answers while its database is gone."""

import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.http.endpoint import Route
from bankapp.api.http.routes import ROUTES
from bankapp.api.http.server import create_app
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import PasetoTokenMaker
from bankapp.domain.roles import Role
from bankapp.operations.operation import Bank
from bankapp.store.store import Store
from bankapp.store.transaction import Pool, create_pool
from gen import models
from tests.api.client import Answer, Api
from tests.api.contract import PROBLEM
from tests.api.requests import World, good_request
from tests.conftest import ServerAddress
from tests.factories import Make
