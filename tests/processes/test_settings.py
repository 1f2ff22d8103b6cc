"""Settings: where they come from, and what is said of a wrong one."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from bankapp.cli import parser as cli
from bankapp.command_errors import SettingError
from bankapp.settings import EXAMPLES, Settings, host_and_port, load_settings
from tests.processes.processes import failure, run_bankapp

SECRET = "hunter2"
KEY = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no .env of the developer."""
    for name in EXAMPLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Settings:
    """The settings that an environment with these variables gives."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_a_file_that_is_no_text() -> None:
    Path(".env").write_bytes(b"# caf\xe9")
    with pytest.raises(SettingError, match=r"^\.env cannot be read: .+$"):
        load_settings()


def test_nothing_is_needed() -> None:
    settings = load_settings()
    assert settings.database_url is None
    assert settings.data_dir == Path(".bank")
    assert host_and_port(settings.http_address) == ("127.0.0.1", 8080)
    assert settings.environment == "development"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("DATABASE_URL", f"mysql://bank:{SECRET}@db/bank", id="another database"),
        pytest.param("DATABASE_URL", f"host=db password={SECRET}", id="no URL"),
        pytest.param("BANK_HTTP_ADDRESS", "127.0.0.1", id="no port"),
        pytest.param("BANK_HTTP_ADDRESS", ":8080", id="no host"),
        pytest.param("BANK_HTTP_ADDRESS", "127.0.0.1:", id="an empty port"),
        pytest.param("BANK_HTTP_ADDRESS", "127.0.0.1:http", id="a port in letters"),
        pytest.param("BANK_HTTP_ADDRESS", "127.0.0.1:65536", id="a port too great"),
        pytest.param("BANK_HTTP_ADDRESS", "127.0.0.1:²", id="a port in superscript"),
        pytest.param("BANK_ENVIRONMENT", "staging", id="an unknown environment"),
        pytest.param("BANK_TOKEN_KEYS", SECRET, id="no hexadecimal key"),
        pytest.param("BANK_TOKEN_KEYS", KEY[:-1], id="a key too short"),
        pytest.param("BANK_TOKEN_KEYS", KEY + "0", id="a key too long"),
        pytest.param("BANK_TOKEN_KEYS", f"{KEY},{SECRET}", id="a wrong second key"),
        pytest.param("BANK_TOKEN_KEYS", ",", id="no key at all"),
        pytest.param("BANK_ACCESS_TOKEN_DURATION", "15", id="a duration without unit"),
        pytest.param("BANK_ACCESS_TOKEN_DURATION", "0m", id="no duration"),
        pytest.param("BANK_ACCESS_TOKEN_DURATION", "-1m", id="a negative duration"),
        pytest.param("BANK_ACCESS_TOKEN_DURATION", "1w", id="an unknown unit"),
        pytest.param("BANK_BCRYPT_COST", "3", id="a cost too low"),
        pytest.param("BANK_BCRYPT_COST", "21", id="a cost too high"),
        pytest.param("BANK_BCRYPT_COST", "twelve", id="a cost in letters"),
        pytest.param("BANK_LOG_FORMAT", "xml", id="an unknown log format"),
        pytest.param("BANK_LOG_LEVEL", "trace", id="an unknown log level"),
        pytest.param("BANK_SLOW_QUERY_MS", "-1", id="a negative time"),
        pytest.param("BANK_METRICS_ADDRESS", "9090", id="metrics without a host"),
        pytest.param("BANK_TRACES_URL", "collector:4318", id="traces without a scheme"),
        pytest.param("BANK_ALLOWED_ORIGINS", "*", id="all origins"),
        pytest.param("BANK_ALLOWED_ORIGINS", "app.example.org", id="an origin without a scheme"),
        pytest.param(
            "BANK_ALLOWED_ORIGINS", "https://app.example.org/", id="an origin with a path"
        ),
        pytest.param("BANK_TOKEN_FORMAT", "saml", id="an unknown token format"),
        pytest.param("BANK_REFRESH_TOKEN_DURATION", "31d", id="a session of more than 30 days"),
        pytest.param("BANK_RATE_LIMITS", "maybe", id="neither on nor off"),
        pytest.param("BANK_TRUSTED_PROXIES", "10.0.0.0/8, proxy", id="a name for a network"),
        pytest.param("BANK_TRUSTED_PROXIES", "10.0.0.1/8", id="an address in a network"),
        pytest.param("BANK_SMTP_URL", "mail.example.org", id="a mail server without a scheme"),
        pytest.param("BANK_SMTP_URL", f"https://{SECRET}@mail", id="a mail server by HTTP"),
        pytest.param("BANK_SMTP_URL", f"smtp://a:{SECRET}@mail:port", id="a mail port in letters"),
        pytest.param("BANK_SMTP_URL", "smtp://mail:65536", id="a mail port too great"),
        pytest.param("BANK_MAIL_FROM", "Bank <bank@example.org>", id="a name in an address"),
        pytest.param("BANK_MAIL_FROM", "bank", id="no address"),
        pytest.param("BANK_PUBLIC_URL", "bank.example.org", id="a URL without a scheme"),
        pytest.param("BANK_PUBLIC_URL", "https://bank.example.org/?a=b", id="a URL with a query"),
        pytest.param("BANK_WORK_IN_SERVE", "yes", id="neither on nor off either"),
        pytest.param("BANK_WORKERS", "0", id="no worker"),
        pytest.param("BANK_WORKERS", "129", id="too many workers"),
        pytest.param("BANK_WORKERS", "x", id="workers in letters"),
    ],
)
def test_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    check_refusal(monkeypatch, capsys, {name: value}, name)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        pytest.param(
            {"BANK_ADMIN_USERNAME": "Root!", "BANK_ADMIN_PASSWORD": SECRET + "!"},
            "BANK_ADMIN_USERNAME",
            id="a name no user can have",
        ),
        pytest.param(
            {"BANK_ADMIN_USERNAME": "root"}, "BANK_ADMIN_PASSWORD", id="an admin without password"
        ),
        pytest.param(
            {"BANK_ADMIN_PASSWORD": SECRET + "!"}, "BANK_ADMIN_USERNAME", id="nobody's password"
        ),
        pytest.param(
            {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": SECRET},
            "BANK_ADMIN_PASSWORD",
            id="a password of 7 bytes",
        ),
        pytest.param(
            {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": SECRET + "é" * 33},
            "BANK_ADMIN_PASSWORD",
            id="a password of 73 bytes",
        ),
        pytest.param(
            {"BANK_ENVIRONMENT": "production"}, "BANK_TOKEN_KEYS", id="production without keys"
        ),
    ],
)
def test_wrong_together(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    name: str,
) -> None:
    check_refusal(monkeypatch, capsys, settings, name)


def check_refusal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    name: str,
) -> None:
    """Require one line with the variable, the fault and an example, and exit code 2."""
    with pytest.raises(SettingError) as refusal:
        load(monkeypatch, settings)
    message = str(refusal.value)
    assert re.fullmatch(rf"{name} .{{10,}}\. Example: {name}=\S.*", message)
    assert SECRET not in message
    assert KEY[:-1] not in message
    monkeypatch.setattr("sys.argv", ["bankapp", "verify"])
    assert cli.main() == 2
    assert capsys.readouterr() == ("", f"bankapp: {message}\n")


def test_wrong_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = run_bankapp("serve", cwd=tmp_path, BANK_BCRYPT_COST=3)
    assert failure(done, exit_code=2).startswith("BANK_BCRYPT_COST ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        pytest.param("BANK_BCRYPT_COST", "4", "bcrypt_cost", 4, id="the lowest cost"),
        pytest.param("BANK_BCRYPT_COST", "20", "bcrypt_cost", 20, id="the highest cost"),
        pytest.param(
            "BANK_HTTP_ADDRESS", "db:65535", "http_address", "db:65535", id="the last port"
        ),
        pytest.param(
            "BANK_ACCESS_TOKEN_DURATION",
            "1s",
            "access_token_duration",
            timedelta(seconds=1),
            id="a second",
        ),
        pytest.param(
            "BANK_ACCESS_TOKEN_DURATION",
            "24h",
            "access_token_duration",
            timedelta(days=1),
            id="24 hours",
        ),
        pytest.param(
            "BANK_TOKEN_KEYS",
            f"{KEY}, {'ff' * 32}",
            "token_keys",
            [bytes.fromhex(KEY), b"\xff" * 32],
            id="two keys",
        ),
        pytest.param("BANK_DATA_DIR", "", "data_dir", Path(".bank"), id="an empty variable"),
        pytest.param(
            "BANK_REFRESH_TOKEN_DURATION",
            "30d",
            "refresh_token_duration",
            timedelta(days=30),
            id="a session of 30 days",
        ),
        pytest.param(
            "BANK_TRUSTED_PROXIES",
            "10.0.0.0/8, 192.0.2.1,fd00::/8",
            "trusted_proxies",
            (ip_network("10.0.0.0/8"), ip_network("192.0.2.1"), ip_network("fd00::/8")),
            id="networks",
        ),
        pytest.param(
            "BANK_PUBLIC_URL",
            "https://bank.example.org/",
            "public_url",
            "https://bank.example.org",
            id="a URL, without its last slash",
        ),
        pytest.param("BANK_SLOW_QUERY_MS", "0", "slow_query_ms", 0, id="every query is slow"),
        pytest.param(
            "BANK_ALLOWED_ORIGINS",
            "https://app.example.org, http://localhost:5173",
            "allowed_origins",
            {"https://app.example.org", "http://localhost:5173"},
            id="two origins",
        ),
    ],
)
def test_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, expected: object
) -> None:
    assert getattr(load(monkeypatch, {name: value}), field) == expected


@pytest.mark.parametrize("password", ["a" * 8, "é" * 36], ids=["8 bytes", "72 bytes"])
def test_right_admin_password(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    admin = {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": password}
    settings = load(monkeypatch, admin)
    assert settings.admin_password is not None
    assert settings.admin_password.get_secret_value() == password


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        {
            "DATABASE_URL": f"postgresql://bank:{SECRET}@db/bank",
            "BANK_TOKEN_KEYS": KEY,
            "BANK_ADMIN_USERNAME": "root",
            "BANK_ADMIN_PASSWORD": f"{SECRET}!",
            "BANK_SMTP_URL": f"smtps://bank:{SECRET}@mail.example.org",
        },
    )
    for text in (repr(settings), str(settings)):
        assert SECRET not in text
        assert KEY not in text
        assert repr(bytes.fromhex(KEY)) not in text


def test_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("BANK_BCRYPT_COST=5\nBANK_LOG_FORMAT=json\nANOTHER_PROGRAMS=1\n")
    monkeypatch.setenv("BANK_LOG_FORMAT", "console")
    settings = load_settings()
    assert settings.bcrypt_cost == 5
    assert settings.log_format == "console"  # the environment goes first


def test_wrong_env_file() -> None:
    Path(".env").write_text("BANK_BCRYPT_COST=3\n")
    with pytest.raises(SettingError, match=r"^BANK_BCRYPT_COST "):
        load_settings()


def test_every_variable_has_an_example() -> None:
    assert {field.alias for field in Settings.model_fields.values()} == EXAMPLES.keys()


def test_every_example_works(monkeypatch: pytest.MonkeyPatch) -> None:
    load(monkeypatch, {**EXAMPLES, "BANK_TOKEN_KEYS": KEY})


def test_every_variable_is_in_the_example_file(root: Path) -> None:
    text = (root / ".env.example").read_text()
    assert set(re.findall(r"^(?:# ?)?([A-Z_]+)=", text, re.MULTILINE)) == EXAMPLES.keys()
