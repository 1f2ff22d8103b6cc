"""python -m bench.ledger: measure how fast money moves and is read.

With --write the figures are kept in results.json, in chart.svg, in the README and in
docs/explanation/performance.md. With --render those are written again from results.json, and
nothing is measured.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from bench.ledger import chart, report, results
from bench.ledger.measuring import Extent, measure


def main() -> int:
    """Measure unless told otherwise; 1 when a query scans or sorts what grows."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep what is measured")
    parser.add_argument("--render", action="store_true", help="only draw what is kept")
    asked = parser.parse_args()
    found = results.read() if asked.render else _measured()
    print(report.markdown(found))
    if asked.write:
        results.write(found)
    if asked.write or asked.render:
        chart.write(found)
        report.write(found)
    return 1 if found.growing else 0


def _measured() -> results.Results:
    # Else the servers and the data would stay.
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        return measure(Path(name), Extent())


def _end(*_: object) -> None:
    sys.exit("terminated")


sys.exit(main())
