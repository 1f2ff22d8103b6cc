"""python -m bench.ledger.tutorial: serve on a free port, and print the URL."""
# pyright: basic, reportMissingImports=false

import json
import socket

import uvicorn

from bench.ledger.tutorial.app import app

with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
    host, port = listening.getsockname()
    print(json.dumps({"event": "listening", "url": f"http://{host}:{port}"}), flush=True)
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run(sockets=[listening])
