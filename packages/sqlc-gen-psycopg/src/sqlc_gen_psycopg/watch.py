"""Compiles again on every save, and says which methods that changed."""

import ast
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from watchfiles import watch

LOOK_MS = 500


def watch_and_run(out: Path, sources: Sequence[Path], command: Sequence[str]) -> None:
    """Run `command` now and after every change of `sources`; report what it changed in `out`.

    Runs until it is interrupted. A command that fails is reported with what it printed.
    """
    compiled = _state(sources)
    _run(out, command)
    print(f"watching {', '.join(map(str, sources))}", flush=True)
    # Looks at the files now and then by itself, too: what is saved during a run makes no event.
    for _ in watch(*sources, raise_interrupt=False, rust_timeout=LOOK_MS, yield_on_timeout=True):
        if (state := _state(sources)) != compiled:
            compiled = state
            _run(out, command)


def _state(sources: Sequence[Path]) -> dict[Path, bytes]:
    """The files and what is in them: to write the same again, or a hidden file, is no change."""
    state: dict[Path, bytes] = {}
    for source in sources:
        for path in (source, *source.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                with suppress(FileNotFoundError):  # an editor's file that is gone again
                    state[path] = path.read_bytes()
    return state


def _run(out: Path, command: Sequence[str]) -> None:
    before, started = methods_in(out), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"{done.stdout}{done.stderr}".rstrip(), file=sys.stderr, flush=True)
        return
    changes = describe_changes(before, methods_in(out)) or ["nothing changed"]
    print(f"{time.monotonic() - started:.1f} s: {', '.join(changes)}", flush=True)


def methods_in(out: Path) -> dict[str, str]:
    """The code and the SQL of every generated method, by `module.method`."""
    found: dict[str, str] = {}
    for path in sorted(out.glob("*.py")):
        module = ast.parse(path.read_text())
        constants = {
            node.target.id: ast.unparse(node)
            for node in module.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        for querier in module.body:
            if isinstance(querier, ast.ClassDef) and querier.name in ("Querier", "AsyncQuerier"):
                for method in querier.body:
                    if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                        used = {node.id for node in ast.walk(method) if isinstance(node, ast.Name)}
                        sql = "".join(constants[name] for name in sorted(used & constants.keys()))
                        found[f"{path.stem}.{method.name}"] = ast.unparse(method) + sql
    return {name: text for name, text in found.items() if not name.endswith(".__init__")}


def describe_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Like `accounts.get_account changed`, for new, changed and deleted methods."""
    words = dict.fromkeys(after.keys() - before.keys(), "new")
    words |= dict.fromkeys(before.keys() - after.keys(), "gone")
    words |= {
        name: "changed" for name in before.keys() & after.keys() if before[name] != after[name]
    }
    return [f"{name} {words[name]}" for name in sorted(words)]
