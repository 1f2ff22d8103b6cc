"""Settings: where they come from, and what is said of a wrong one."""

import re
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import SecretStr

from bankapp.cli import parser as cli
from bankapp.command_errors import SettingError
from bankapp.settings import EXAMPLES, Settings, find_doubts, host_and_port, load_settings
from monitor import settings as monitor_settings
from tests.processes.processes import failure, run_bankapp

SECRET = "hunter2"
KEY = "0123456789abcdef" * 4
PRODUCTION = {"BANK_ENVIRONMENT": "production", "BANK_TOKEN_KEYS": KEY}
KAFKA = {"BANK_KAFKA_SERVERS": "kafka.example.org:9093"}
MAIL = {
    "BANK_SMTP_URL": f"smtps://bank:{SECRET}@mail.example.org",
    "BANK_MAIL_FROM": "bank@example.org",
    "BANK_PUBLIC_URL": "https://bank.example.org",
}


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
        pytest.param("BANK_GRPC_ADDRESS", "9443", id="gRPC without a host"),
        pytest.param("BANK_TRACES_URL", "collector:4318", id="traces without a scheme"),
        pytest.param("BANK_ALLOWED_ORIGINS", "*", id="all origins"),
        pytest.param("BANK_ALLOWED_ORIGINS", "app.example.org", id="an origin without a scheme"),
        pytest.param(
            "BANK_ALLOWED_ORIGINS", "https://app.example.org/", id="an origin with a path"
        ),
        pytest.param("BANK_ALLOWED_ORIGINS", "https://a.example:443", id="the port of the scheme"),
        pytest.param(
            "BANK_ALLOWED_ORIGINS", "https://a.example:65536", id="an origin's great port"
        ),
        pytest.param("BANK_ALLOWED_ORIGINS", "https://A.example", id="an origin in upper case"),
        pytest.param("BANK_TOKEN_FORMAT", "saml", id="an unknown token format"),
        pytest.param("BANK_REFRESH_TOKEN_DURATION", "31d", id="a session of more than 30 days"),
        pytest.param("BANK_RATE_LIMITS", "maybe", id="neither on nor off"),
        pytest.param("BANK_TRUSTED_PROXIES", "10.0.0.0/8, proxy", id="a name for a network"),
        pytest.param("BANK_TRUSTED_PROXIES", "10.0.0.1/8", id="an address in a network"),
        pytest.param("BANK_RATES_URL", "rates.example.org", id="rates without a scheme"),
        pytest.param("BANK_RATES_URL", f"https://a:{SECRET}@b.example", id="a password of rates"),
        pytest.param("BANK_RATES_URL", "ftp://rates.example.org", id="rates by FTP"),
        pytest.param("BANK_RATES_URL", "https://a.example/#b", id="rates with a fragment"),
        pytest.param("BANK_RATES_FORMAT", "csv", id="an unknown format of rates"),
        pytest.param("BANK_KAFKA_SERVERS", "kafka.example.org", id="a broker without a port"),
        pytest.param("BANK_KAFKA_SERVERS", "kafka.example.org:0", id="a broker at port 0"),
        pytest.param("BANK_KAFKA_SERVERS", f"a:{SECRET}@b.example:9092", id="a broker's password"),
        pytest.param("BANK_KAFKA_TOPIC", "bank events", id="a topic with a space"),
        pytest.param("BANK_KAFKA_SECURITY", "ssl", id="an unknown security of brokers"),
        pytest.param("BANK_KAFKA_MECHANISM", "gssapi", id="an unknown mechanism of brokers"),
        pytest.param("BANK_RATES_NETWORKS", "rates.example.org", id="a name for a network inside"),
        pytest.param("BANK_WEBHOOK_NETWORKS", "shop.example.org", id="a name for that of webhooks"),
        pytest.param("BANK_SMTP_URL", "mail.example.org", id="a mail server without a scheme"),
        pytest.param("BANK_SMTP_URL", f"https://{SECRET}@mail", id="a mail server by HTTP"),
        pytest.param("BANK_SMTP_URL", f"smtp://a:{SECRET}@mail:port", id="a mail port in letters"),
        pytest.param("BANK_SMTP_URL", "smtp://mail:65536", id="a mail port too great"),
        pytest.param("BANK_SMTP_URL", "smtps://bank@mail", id="a mail user without a password"),
        pytest.param("BANK_SMTP_URL", "smtps://bank:@mail", id="an empty password of mail"),
        pytest.param("BANK_SMTP_URL", f"smtps://:{SECRET}@mail", id="a password without a user"),
        pytest.param("BANK_MAIL_FROM", "Bank <bank@example.org>", id="a name in an address"),
        pytest.param("BANK_MAIL_FROM", "bank", id="no address"),
        pytest.param("BANK_PUBLIC_URL", "bank.example.org", id="a URL without a scheme"),
        pytest.param("BANK_PUBLIC_URL", "https://bank.example.org/?a=b", id="a URL with a query"),
        pytest.param(
            "BANK_PUBLIC_URL", f"https://bank:{SECRET}@bank.example.org", id="a password in links"
        ),
        pytest.param("BANK_WORK_IN_SERVE", "perhaps", id="neither on nor off either"),
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
        pytest.param(
            {"BANK_HTTP_ADDRESS": "127.0.0.1:9", "BANK_METRICS_ADDRESS": "127.0.0.1:9"},
            "BANK_METRICS_ADDRESS",
            id="one address for two",
        ),
        pytest.param(
            {"BANK_HTTP_ADDRESS": "127.0.0.1:9", "BANK_GRPC_ADDRESS": "127.0.0.1:9"},
            "BANK_GRPC_ADDRESS",
            id="one address for two doors",
        ),
        pytest.param(
            {"BANK_GRPC_ADDRESS": "127.0.0.1:9", "BANK_GRPC_TLS_CERT": "x.pem"},
            "BANK_GRPC_TLS_KEY",
            id="a certificate without its key",
        ),
        pytest.param(
            {"BANK_GRPC_TLS_CERT": "x.pem", "BANK_GRPC_TLS_KEY": "x.pem"},
            "BANK_GRPC_ADDRESS",
            id="a certificate for a door that is shut",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_TRUSTED_PROXIES": "10.0.0.0/8,::/0"},
            "BANK_TRUSTED_PROXIES",
            id="production that trusts everybody",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_RATES_URL": "http://rates.example.org/latest"},
            "BANK_RATES_URL",
            id="rates of production without TLS",
        ),
        pytest.param(
            {**PRODUCTION, **KAFKA, "BANK_KAFKA_SECURITY": "plaintext"},
            "BANK_KAFKA_SECURITY",
            id="production that publishes in the clear",
        ),
        pytest.param(
            {**KAFKA, "BANK_KAFKA_USER": "bank"},
            "BANK_KAFKA_PASSWORD",
            id="an account at the brokers without a password",
        ),
        pytest.param(
            {**KAFKA, "BANK_KAFKA_PASSWORD": SECRET},
            "BANK_KAFKA_USER",
            id="a password at the brokers without an account",
        ),
        pytest.param(
            {
                **KAFKA,
                "BANK_KAFKA_SECURITY": "plaintext-in-production",
                "BANK_KAFKA_USER": "bank",
                "BANK_KAFKA_PASSWORD": SECRET,
                "BANK_KAFKA_MECHANISM": "plain",
            },
            "BANK_KAFKA_MECHANISM",
            id="a password to brokers in the clear",
        ),
        pytest.param(
            {"BANK_KAFKA_TOPIC": "bank"}, "BANK_KAFKA_SERVERS", id="a topic without brokers"
        ),
        pytest.param(
            {"BANK_KAFKA_COMMANDS": "on"}, "BANK_KAFKA_SERVERS", id="commands without brokers"
        ),
        pytest.param(
            {**PRODUCTION, "BANK_RATES_NETWORKS": "0.0.0.0/0"},
            "BANK_RATES_NETWORKS",
            id="production that asks anywhere",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_WEBHOOK_NETWORKS": "::/0"},
            "BANK_WEBHOOK_NETWORKS",
            id="production that sends anywhere",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_PUBLIC_URL": "http://bank.example.org"},
            "BANK_PUBLIC_URL",
            id="production without TLS",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_ALLOWED_ORIGINS": "http://app.example.org"},
            "BANK_ALLOWED_ORIGINS",
            id="an origin of production without TLS",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_REQUIRE_VERIFIED_EMAIL": "on"},
            "BANK_SMTP_URL",
            id="addresses that nobody can verify",
        ),
        pytest.param(
            {**PRODUCTION, "BANK_MAIL_FROM": "bank@example.org"},
            "BANK_SMTP_URL",
            id="a sender without a mail server",
        ),
        pytest.param(
            {**PRODUCTION, **MAIL, "BANK_MAIL_FROM": ""},
            "BANK_MAIL_FROM",
            id="a mail server without a sender",
        ),
        pytest.param(
            {**PRODUCTION, **MAIL, "BANK_PUBLIC_URL": ""},
            "BANK_PUBLIC_URL",
            id="links that lead nowhere",
        ),
        pytest.param(
            {**PRODUCTION, **MAIL, "BANK_SMTP_URL": f"smtp://bank:{SECRET}@mail.example.org"},
            "BANK_SMTP_URL",
            id="a password of mail in the clear",
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
            "BANK_RATES_NETWORKS",
            "10.0.0.0/8",
            "rates_networks",
            (ip_network("10.0.0.0/8"),),
            id="a network inside",
        ),
        pytest.param(
            "BANK_WEBHOOK_NETWORKS",
            "10.0.0.0/8",
            "webhook_networks",
            (ip_network("10.0.0.0/8"),),
            id="a network of webhooks",
        ),
        pytest.param(
            "BANK_RATES_URL",
            "https://rates.example.org/v1/latest?base=EUR&key=x",
            "rates_url",
            SecretStr("https://rates.example.org/v1/latest?base=EUR&key=x"),
            id="rates with a query",
        ),
        pytest.param("BANK_RATES_FORMAT", "frankfurter", "rates_format", "frankfurter", id="JSON"),
        pytest.param(
            "BANK_KAFKA_SERVERS",
            "kafka.example.org:9093, [::1]:9092",
            "kafka_servers",
            ("kafka.example.org:9093", "[::1]:9092"),
            id="brokers",
        ),
        pytest.param(
            "BANK_PUBLIC_URL",
            "https://bank.example.org/",
            "public_url",
            "https://bank.example.org",
            id="a URL, without its last slash",
        ),
        pytest.param("BANK_WORK_IN_SERVE", "No", "work_in_serve", False, id="off in other words"),
        pytest.param(
            "BANK_REQUIRE_VERIFIED_EMAIL", "TRUE", "require_verified_email", True, id="on"
        ),
        pytest.param("BANK_RATE_LIMITS", "0", "rate_limits", False, id="off in digits"),
        pytest.param(
            "BANK_ALLOWED_ORIGINS",
            "http://[::1]:8000",
            "allowed_origins",
            {"http://[::1]:8000"},
            id="an origin that is an IPv6 address",
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
            "BANK_TRACES_URL": f"https://bank:{SECRET}@collector.example.org",
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


def test_production_that_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {**PRODUCTION, **MAIL})
    assert settings.environment == "production"
    assert load(monkeypatch, {"BANK_SMTP_URL": "smtp://bank:secret@127.0.0.1"}).smtp_url is not None


MISSPELT = [
    pytest.param("BANK_REQUIRE_VERIFIED_EMAILS", "BANK_REQUIRE_VERIFIED_EMAIL", id="a letter more"),
    pytest.param("bank_rate_limit", "BANK_RATE_LIMITS", id="a letter less, in lower case"),
    pytest.param("BANK_DATABASE_URL", "DATABASE_URL", id="a prefix too many"),
    pytest.param("BANK_PORT", None, id="nothing like it"),
    pytest.param("BNAK_RATE_LIMITS", "BANK_RATE_LIMITS", id="a wrong prefix"),
    pytest.param("DATABASE_URI", "DATABASE_URL", id="another name of the database"),
]


@pytest.mark.parametrize("in_file", [False, True], ids=["in the environment", "in the file"])
@pytest.mark.parametrize(("name", "similar"), MISSPELT)
def test_misspelt_in_production(
    monkeypatch: pytest.MonkeyPatch, name: str, similar: str | None, *, in_file: bool
) -> None:
    if in_file:
        Path(".env").write_text(f"{name}={SECRET}\n")
    else:
        monkeypatch.setenv(name, SECRET)
    hint = rf"did you mean {similar}\?" if similar else r"\.env\.example lists all settings"
    with pytest.raises(SettingError, match=rf"^{name} is no setting of the bank; {hint}$"):
        load(monkeypatch, PRODUCTION)


@pytest.mark.parametrize(("name", "similar"), MISSPELT)
def test_misspelt_in_development(
    monkeypatch: pytest.MonkeyPatch, name: str, similar: str | None
) -> None:
    [doubt] = find_doubts(load(monkeypatch, {name: SECRET}))
    assert doubt.startswith(f"{name} is no setting of the bank; ")
    assert (similar or ".env.example") in doubt
    assert SECRET not in doubt


def test_doubts_are_logged(tmp_path: Path) -> None:
    """Method: a command that ends at once, because it can create no database."""
    (tmp_path / "file").touch()
    done = run_bankapp(
        "verify", cwd=tmp_path, BANK_DATA_DIR=tmp_path / "file", BANK_REQUIRE_VERIFIED_EMAILS="on"
    )
    first, *_ = done.stderr.splitlines()
    assert "warning doubtful setting" in first
    assert "did you mean BANK_REQUIRE_VERIFIED_EMAIL?" in first


def test_misspelt_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goal: a bank that may be meant for production does not start as one for development."""
    with pytest.raises(SettingError, match=r"^BANK_ENVIROMENT .+ did you mean BANK_ENVIRONMENT\?$"):
        load(monkeypatch, {"BANK_ENVIROMENT": "production"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("BANK_SERVICE_HOST", "10.0.0.1", id="the address of a service"),
        pytest.param("BANK_DB_SERVICE_PORT_HTTP", "80", id="a named port of another service"),
        pytest.param("BANK_PORT", "tcp://10.0.0.1:80", id="the port of a service"),
        pytest.param("BANK_DB_PORT_5432_TCP_ADDR", "10.0.0.1", id="a part of it"),
        pytest.param("ANOTHER_DATABASE_URL", "x", id="of another program"),
    ],
)
def test_variables_of_others(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Goal: a service called `bank` does not stop the bank. Method: the names of Kubernetes."""
    load(monkeypatch, {**PRODUCTION, name: value})


def test_similar_name_beside_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Goal: a variable of another program is no mistake where the setting itself is given."""
    both = {"DATABASE_URL": "postgresql:///bank", "DATABASE_URLS": "x"}
    load(monkeypatch, {**PRODUCTION, **both})


@pytest.mark.parametrize("line", [f"BANK_ADMIN_PASSWORD {SECRET}", "BANK_RATE_LIMITS", "'"])
def test_line_without_a_value(line: str) -> None:
    Path(".env").write_text(f"BANK_BCRYPT_COST=5\n{line}\n")
    with pytest.raises(SettingError, match=r"^\.env cannot be read: line 2 is no NAME=VALUE$"):
        load_settings()


def test_file_that_begins_with_a_byte_order_mark() -> None:
    Path(".env").write_text("BANK_BCRYPT_COST=5\n", encoding="utf-8-sig")
    assert load_settings().bcrypt_cost == 5


@pytest.mark.parametrize(
    ("settings", "doubted"),
    [
        pytest.param({"BANK_RATE_LIMITS": "off"}, "BANK_RATE_LIMITS", id="no rate limits"),
        pytest.param({"BANK_BCRYPT_COST": "9"}, "BANK_BCRYPT_COST", id="a low cost"),
        pytest.param(dict.fromkeys(MAIL, ""), "BANK_SMTP_URL", id="no mail server"),
        pytest.param({"BANK_BCRYPT_COST": "10"}, None, id="nothing to doubt"),
    ],
)
def test_doubtful_in_production(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], doubted: str | None
) -> None:
    doubts = find_doubts(load(monkeypatch, {**PRODUCTION, **MAIL, **settings}))
    assert [doubt.split()[0] for doubt in doubts] == [doubted] * bool(doubted)


def test_every_variable_has_an_example() -> None:
    assert {field.alias for field in Settings.model_fields.values()} == EXAMPLES.keys()


def test_every_example_works(monkeypatch: pytest.MonkeyPatch) -> None:
    load(monkeypatch, {**EXAMPLES, "BANK_TOKEN_KEYS": KEY})


def test_every_variable_is_in_the_example_file(root: Path) -> None:
    text = (root / ".env.example").read_text()
    known = EXAMPLES.keys() | monitor_settings.EXAMPLES.keys()
    assert set(re.findall(r"^(?:# ?)?([A-Z_]+)=", text, re.MULTILINE)) == known
