"""Execute one notebook with a Jupyter kernel and lose no output.

    python tools/run_notebook.py notebooks/01_baseline.ipynb results/notebooks/01_baseline.ipynb \
        --kernel deno --cell-seconds 600

With `--wait` the kernel is started at once; the notebook is read and its first cell run when a line
comes in on stdin, so that one notebook's kernel starts while another notebook runs. Where stdin
ends without a line, so does the script.

Why not nbclient: a client may stop reading a cell's outputs when the kernel says `idle`, and Deno's
kernel says so too early. It queues what `console` prints and sends the queue from another task, so
`idle`, and even the next cell, can overtake a cell's text; text that comes out late may also carry
the next request's id. No waiting time is long enough to be sure. So after each cell this script
runs a silent request that prints a marker: the queue keeps its order, hence all that arrives before
the marker, whatever its id, belongs to the cell, and when the marker is there nothing is missing.
"""

import argparse
import os
import signal
import sys
import time
import uuid
from pathlib import Path
from queue import Empty

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat.v4 import output_from_msg

# Printed by the marker request, in the kernel's language.
MARKER_CODE = {"deno": "console.log({marker!r})", "python3": "print({marker!r}, flush=True)"}
OUTPUT_TYPES = {"stream", "display_data", "execute_result", "error", "update_display_data"}
# A flush only sends what is queued: minutes would mean that the kernel hangs.
FLUSH_SECONDS = 60.0
POLL_SECONDS = 1.0


class NotebookFailure(Exception):
    """A cell failed; the message is for the terminal."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("out", type=Path, help="the executed copy")
    parser.add_argument("--kernel", default="deno", choices=sorted(MARKER_CODE))
    parser.add_argument("--cell-seconds", type=float, default=600.0)
    parser.add_argument("--wait", action="store_true", help="for a line on stdin")
    args = parser.parse_args()
    # A terminated script must not leave its kernel behind: leave through `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    manager = KernelManager(kernel_name=args.kernel)
    # Imports in a cell are relative to the notebook, as in an editor.
    manager.start_kernel(cwd=str(args.notebook.resolve().parent), stdout=sys.stderr)
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=FLUSH_SECONDS)
        if args.wait and not sys.stdin.readline():
            return 1
        notebook = nbformat.read(args.notebook, as_version=4)
        run_cells(notebook, Session(manager, client, args.kernel), args)
    except NotebookFailure as failure:
        print(f"{args.notebook.name}: {failure}", file=sys.stderr)
        return 1
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    partial = args.out.with_name(f".{args.out.name}.{os.getpid()}")
    nbformat.write(notebook, partial)
    partial.replace(args.out)
    return 0


def run_cells(notebook: nbformat.NotebookNode, session: "Session", args) -> None:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(cells, start=1):
        label = f"{args.notebook.name}: cell {number} of {len(cells)}"
        started = time.monotonic()
        try:
            cell.outputs = session.execute(cell.source, args.cell_seconds)
        except NotebookFailure as failure:
            raise NotebookFailure(
                f"cell {number} of {len(cells)} ({cell.get('id')}) {failure}\n"
                f"--- source ---\n{cell.source}\n--------------"
            ) from None
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
        seconds = time.monotonic() - started
        count = len(cell.outputs)
        shown = f"{count} output{'' if count == 1 else 's'}"
        print(f"{label}: {seconds:.1f} s, {shown}", file=sys.stderr, flush=True)


class Session:
    """A started kernel: runs one piece of code after another and collects what each one shows."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, kernel: str) -> None:
        self.manager = manager
        self.client = client
        self.marker_code = MARKER_CODE[kernel]
        self.outputs: list[nbformat.NotebookNode] = []
        self.displays: dict[str, list[nbformat.NotebookNode]] = {}
        self.clear_next = False

    def execute(self, source: str, seconds: float) -> list[nbformat.NotebookNode]:
        self.outputs, self.clear_next = [], False
        deadline = time.monotonic() + seconds
        request = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        while self.read(deadline, f"ran longer than {seconds:.0f} s") != (request, "idle"):
            pass
        self.flush()
        reply = self.client.get_shell_msg(timeout=FLUSH_SECONDS)
        while reply["parent_header"].get("msg_id") != request:
            reply = self.client.get_shell_msg(timeout=FLUSH_SECONDS)
        errors = [output for output in self.outputs if output.output_type == "error"]
        if errors or reply["content"]["status"] != "ok":
            content = errors[0] if errors else reply["content"]
            # Of a syntax error Deno's kernel says nothing but "Execution failed".
            lines = content.get("traceback") or [f"{content.get('evalue')} (a syntax error?)"]
            printed = "".join(out.text for out in self.outputs if out.output_type == "stream")
            raise NotebookFailure("failed: " + "\n".join([*lines, *printed.splitlines()[-20:]]))
        return self.outputs

    def flush(self) -> None:
        marker = f"flushed {uuid.uuid4().hex}"
        request = self.client.execute(self.marker_code.format(marker=marker), silent=True)
        deadline = time.monotonic() + FLUSH_SECONDS
        waiting = {"idle", "marker"}
        while waiting:
            parent, event = self.read(deadline, "did not send all of its output", marker)
            if event == "marker" or parent == request:
                waiting.discard(event)

    def read(self, deadline: float, failure: str, marker: str | None = None) -> tuple[str, str]:
        """Takes one message of the kernel; returns its request's id and what it was."""
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=POLL_SECONDS)
                break
            except Empty:
                if not self.manager.is_alive():
                    raise NotebookFailure("killed the kernel") from None
                if time.monotonic() > deadline:
                    raise NotebookFailure(failure) from None
        kind, content = message["msg_type"], message["content"]
        event = content["execution_state"] if kind == "status" else kind
        if kind == "clear_output":
            self.clear_next = True
            if not content.get("wait"):
                self.outputs.clear()
        elif kind == "stream" and marker is not None and marker in content["text"]:
            content["text"] = content["text"].replace(f"{marker}\n", "").replace(marker, "")
            event = "marker"
            if content["text"]:
                self.keep(message)
        elif kind in OUTPUT_TYPES:
            self.keep(message)
        return message["parent_header"].get("msg_id", ""), event

    def keep(self, message: dict) -> None:
        kind, content = message["msg_type"], message["content"]
        display = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            for shown in self.displays.get(display, []):
                shown.data, shown.metadata = content["data"], content["metadata"]
            return
        if self.clear_next:
            self.outputs.clear()
            self.clear_next = False
        last = self.outputs[-1] if self.outputs else None
        if kind == "stream" and last is not None and last.get("name") == content["name"]:
            last.text += content["text"]
            return
        output = output_from_msg(message)
        self.outputs.append(output)
        if display is not None:
            self.displays.setdefault(display, []).append(output)


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
