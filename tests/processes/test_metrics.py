"""Metrics of several processes, which count together in one directory."""

import http.client
from pathlib import Path

from bankapp.postgres.database import DATABASE, OWNER
from bankapp.telemetry.metrics import forget_process
from own_postgres import EmbeddedServer, ensure_database
from tests.metrics import Reading
from tests.postgresql import BINARIES, QUICK
from tests.processes.processes import Served, Working, until


def scrape(address: str) -> Reading:
    """The page /metrics at host:port."""
    connection = http.client.HTTPConnection(address, timeout=15)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        assert response.status == 200
        return Reading(response.read().decode())
    finally:
        connection.close()


def metrics_address(served: Served) -> str:
    """Where it says that its metrics are."""
    event = served.event("metrics")
    assert event is not None
    return str(event["url"]).removeprefix("http://").removesuffix("/metrics")


def health_checks(reading: Reading) -> float:
    labels = {"operation": "check_health", "status": "2xx"}
    return reading.value("request_duration_seconds_count", **labels)


def pids(reading: Reading) -> set[str]:
    return {labels["pid"] for labels in reading.labels("process_resident_memory_bytes")}


def test_several_processes_count_together(home: Path, scratch: Path) -> None:
    """Goal: whoever is asked tells of all. Method: two real ones; then one of them is killed.

    Both show their metrics at the same address, so that it does not matter which one lives.
    """
    directory = scratch / "metrics"
    directory.mkdir()
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        shared = {
            "DATABASE_URL": ensure_database(server, DATABASE, OWNER),
            "PROMETHEUS_MULTIPROC_DIR": directory,
        }
        with Served(
            scratch / "one", name="one", BANK_METRICS_ADDRESS="127.0.0.1:0", **shared
        ) as one:
            address = metrics_address(one.wait())
            with Served(scratch / "two", name="two", BANK_METRICS_ADDRESS=address, **shared) as two:
                two.wait()
                for served, count in ((one, 2), (two, 3)):
                    for _ in range(count):
                        assert served.ask("GET", "/healthz").status == 200
                until(lambda: scrape(address).value("pool_connections") >= 4)
                both = scrape(address)
                assert health_checks(both) == 5
                assert pids(both) == {str(one.process.pid), str(two.process.pid)}
                assert both.value("jobs", state="dead") == 0
                [build] = both.labels("bankapp_build_info")
                assert both.value("build_info", **build) == 1
                two.process.kill()
                two.process.wait()
            forget_process(two.process.pid, str(directory))
            left = scrape(address)
            assert health_checks(left) == 5
            assert pids(left) == {str(one.process.pid)}
            assert left.value("pool_connections") < both.value("pool_connections")
            assert one.ask("GET", "/healthz").status == 200
            assert health_checks(scrape(address)) == 6
    finally:
        server.stop()


def test_metrics_are_on_the_main_port_only_in_development(home: Path) -> None:
    production = {"BANK_ENVIRONMENT": "production", "BANK_TOKEN_KEYS": "0" * 64}
    with Served(home, name="development") as served:
        host, port = served.wait().address
        assert scrape(f"{host}:{port}").value("database_up") == 1
    with Served(home, name="production", **production) as served:
        assert served.wait().ask("GET", "/metrics").status == 404
        assert served.event("metrics") is None
    apart = {**production, "BANK_METRICS_ADDRESS": "127.0.0.1:0"}
    with Served(home, name="apart", **apart) as served:
        assert served.wait().ask("GET", "/metrics").status == 404
        assert scrape(metrics_address(served)).value("database_up") == 1


def test_a_worker_has_metrics_too(home: Path) -> None:
    with Working(home, BANK_METRICS_ADDRESS="127.0.0.1:0") as working:
        assert scrape(metrics_address(working.wait())).value("database_up") == 1


def test_the_address_of_the_metrics_is_in_use(home: Path) -> None:
    with Served(home, BANK_METRICS_ADDRESS="127.0.0.1:0") as served:
        address = metrics_address(served.wait())
        with Served(home.parent / "other", name="second", BANK_METRICS_ADDRESS=address) as second:
            message = second.failure()
    assert message.startswith(f"cannot listen on {address} ")
    assert "BANK_METRICS_ADDRESS" in message
