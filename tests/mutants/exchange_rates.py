"""The egress and the exchange rates, broken in one place."""

from typing import Final

from tests.mutants.mutant import CodeMutant

_CLIENT: Final = "bankapp/egress/client.py"
_ADDRESSES: Final = "bankapp/egress/addresses.py"
_QUERIES: Final = "gen/exchange_rates.py"
_STORE: Final = "tests/store/ledger/test_exchange_rates.py"
_API: Final = "tests/api/ledger/test_rates.py"
_JOB: Final = "tests/jobs/test_fetch_rates.py"
_EGRESS: Final = "tests/egress/test_client.py"


def _code(name: str, path: str, old: str, new: str, tests: str) -> CodeMutant:
    return CodeMutant(name=name, path=path, old=old, new=new, tests=tests)


MUTANTS: Final[list[CodeMutant]] = [
    _code(
        "the egress connects anywhere",
        _CLIENT,
        "if family not in _FAMILIES or not addresses.allows(str(address[0])):",
        "if family not in _FAMILIES:",
        f"{_EGRESS} -k 'spelling or inward'",
    ),
    _code(
        "the egress trusts the library about IPv6",
        _ADDRESSES,
        "        and address in _GLOBAL_UNICAST\n",
        "",
        "tests/egress/test_addresses.py -k 64:ff9b",
    ),
    _code(
        "the egress follows redirects",
        _CLIENT,
        "allow_redirects=False,",
        "",
        f"{_EGRESS} -k redirect",
    ),
    _code(
        "the egress takes proxies from the environment",
        _CLIENT,
        "trust_env=False,",
        "trust_env=True,",
        f"{_EGRESS} -k proxy",
    ),
    _code(
        "the egress keeps cookies",
        _CLIENT,
        "cookie_jar=aiohttp.DummyCookieJar(),",
        "cookie_jar=aiohttp.CookieJar(unsafe=True),",
        f"{_EGRESS} -k cookie",
    ),
    _code(
        "the egress reads all of an answer",
        _CLIENT,
        "if len(body) > bytes_max:",
        "if False:",
        f"{_EGRESS} -k nobody_waits",
    ),
    _code(
        "the egress decompresses",
        _CLIENT,
        "auto_decompress=False,",
        "",
        f"{_EGRESS} -k compressed",
    ),
    _code(
        "entities of XML are expanded",
        "bankapp/exchange_rates/ecb.py",
        "    parser.StartDoctypeDeclHandler = _refuse_document_type\n",
        "",
        f"{_JOB} -k 'entity'",
    ),
    _code(
        "a tag is noted before its rates are stored",
        "bankapp/exchange_rates/source.py",
        "self._last_tag = _tag(answer)",
        "self._last_tag = self._kept_tag = _tag(answer)",
        f"{_JOB} -k not_stored",
    ),
    _code(
        "rates of the future are stored",
        "bankapp/store/ledger/exchange_rates.py",
        "if sheet.as_of > days.today:",
        "if False:",
        f"{_STORE} -k go_forward",
    ),
    _code(
        "rates of an older day are stored",
        "bankapp/store/ledger/exchange_rates.py",
        "if days.newest_day is not None and sheet.as_of < days.newest_day:",
        "if False:",
        f"{_STORE} -k go_forward",
    ),
    _code(
        "a rate may be anything",
        _QUERIES,
        "THEN 'held'::exchange_rate_status",
        "THEN 'accepted'::exchange_rate_status",
        f"{_STORE} -k far_off",
    ),
    _code(
        "a held rate is the measure of the next one",
        _QUERIES,
        """        AND known.status = 'accepted'
    ORDER BY known.as_of DESC, known.source DESC
    LIMIT 1
) AS last ON true""",
        """    ORDER BY known.as_of DESC, known.source DESC
    LIMIT 1
) AS last ON true""",
        f"{_STORE} -k no_measure",
    ),
    _code(
        "a rate is decided twice",
        _QUERIES,
        "    AND source = $5\n    AND status = 'held'\n",
        "    AND source = $5\n",
        f"{_STORE} -k 'once or no_decision'",
    ),
    _code(
        "customers see held rates",
        "bankapp/operations/ledger/exchange_rates.py",
        "if caller.is_banker()",
        "if caller",
        f"{_API} -k bankers_alone",
    ),
    _code(
        "totals use rates of any age",
        "bankapp/operations/ledger/totals.py",
        "if rate.age_days > limits.RATE_AGE_DAYS_MAX:",
        "if False:",
        f"{_API} -k four_days",
    ),
    _code(
        "amounts are cut and not rounded",
        "bankapp/domain/exchange_rates.py",
        "return round(exact",
        "return int(exact",
        "tests/domain/test_exchange_rates.py",
    ),
]
