"""python -m bench.ledger: measure the rates and latencies of transfers and reads.

--write stores the figures in results.json, in chart.svg, in the README and in
docs/explanation/performance.md. --render writes the last three again from results.json, without
measuring.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from bench.ledger import chart, report, results
from bench.ledger.runs import Extent, measure


def main() -> int:
    """Measure or render; returns 1 if a query scans or sorts a table that grows."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--write", action="store_true", help="store the measured figures")
    parser.add_argument("--render", action="store_true", help="only render the stored figures")
    options = parser.parse_args()
    found = results.read() if options.render else _measured()
    print(report.markdown(found))
    if options.write:
        results.write(found)
    if options.write or options.render:
        chart.write(found)
        report.write(found)
    return 1 if found.growing else 0


def _measured() -> results.Results:
    # An exception, so that the servers are stopped and their data deleted.
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        return measure(Path(name), Extent())


def _end(*_: object) -> None:
    sys.exit("terminated")


sys.exit(main())
