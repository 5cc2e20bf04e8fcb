"""The TypeScript verdict, for Python: one long-lived process that answers one JSON line with another."""

import atexit
import json
import os
import shutil
import subprocess
import threading
from concurrent.futures import Future
from functools import cache
from itertools import count
from pathlib import Path

SERVER = Path(__file__).with_name("verdict_server.ts")
DENO_VERSION = "2.9.6"


class VerdictFault(RuntimeError):
    """A fault of the harness: no Deno, a database that is missing, a process that died."""


class GoldQueryError(VerdictFault):
    """A gold statement that cannot be run to its end; there is no verdict without it."""


class VerdictProcess:
    """Asks for verdicts. Threads may share one; their verdicts are worked out side by side."""

    def __init__(self, timeout_ms: int) -> None:
        command = [*deno_command(), "run", "-A", "--quiet", str(SERVER)]
        command.append(json.dumps({"timeoutMs": timeout_ms}))
        self._process = subprocess.Popen(
            command,
            cwd=SERVER.parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._ids = count(1)
        self._waiting: dict[int, Future] = {}
        self._lock = threading.Lock()
        self._closed = False
        threading.Thread(target=self._read, daemon=True).start()

    def verdict(self, db_path: str, gold: str, completion: str, example_id: str = "") -> Future:
        """The verdict on one completion as a dict, once its future is done."""
        future: Future = Future()
        with self._lock:
            if self._closed:
                raise VerdictFault("Cannot judge: the verdict process has ended")
            request_id = next(self._ids)
            self._waiting[request_id] = future
            request = {
                "id": request_id,
                "dbPath": os.path.abspath(db_path),
                "gold": gold,
                "completion": completion,
                "exampleId": example_id,
            }
            # JSON's own escapes carry surrogates that UTF-8 has no bytes for.
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        return future

    def close(self) -> None:
        """Ends the process; what it still owes fails."""
        with self._lock:
            self._closed = True
            if not self._process.stdin.closed:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        for line in self._process.stdout:
            reply = json.loads(line)
            future = self._waiting.pop(reply["id"])
            if "verdict" in reply:
                future.set_result(reply["verdict"])
            else:
                future.set_exception(fault_of(reply["fault"]))
        with self._lock:
            self._closed = True
        for future in self._waiting.values():
            future.set_exception(VerdictFault("Cannot judge: the verdict process has ended"))


def fault_of(fault: dict) -> VerdictFault:
    """The Python error for a fault that the process reports."""
    kind = GoldQueryError if fault["name"] == "GoldQueryError" else VerdictFault
    return kind(fault["message"])


def deno_command() -> list[str]:
    """Deno as LAB_DENO names it, or from the PATH, or through npx at the pinned version."""
    if named := os.environ.get("LAB_DENO"):
        return [named]
    if found := shutil.which("deno"):
        return [found]
    if npx := shutil.which("npx"):
        return [npx, "--yes", f"deno@{DENO_VERSION}"]
    raise VerdictFault("Cannot start Deno: neither deno nor npx is on the PATH (or set LAB_DENO)")


@cache
def shared_process(timeout_ms: int) -> VerdictProcess:
    """The one process of this program for a time limit, ended when the program ends."""
    process = VerdictProcess(timeout_ms)
    atexit.register(process.close)
    return process
