"""The lab's commands from Python, and what they found as pandas data frames.

    from lab import changes, run, verdicts

    run("compare", "--adapter-path", "my_adapter", "--out", "results/mine")
    frame = changes("results/mine")
    frame[frame.group == "all"][["variant", "measure", "difference", "low", "high", "outcome"]]

Every number is the command line's: nothing is computed here. pandas is needed for data frames alone.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verdict_process import VerdictFault, deno_command

if TYPE_CHECKING:
    import pandas

ROOT = Path(__file__).resolve().parent.parent


class LabError(RuntimeError):
    """The command refused: wrong input, data or environment. The message is its one line."""


class LabFault(RuntimeError):
    """The command failed by a fault of its own. The message is what it said last."""


def run(*arguments: str | os.PathLike[str]) -> str:
    """Runs one command, such as ``run("judge", "--predictions", "pred.sql", ...)``.

    Paths are taken from the folder that Python runs in. What the command says while it works goes
    to standard error.

    Returns what it printed. Raises LabError for what a user can mend, LabFault for anything else.
    """
    try:
        deno = deno_command()
    except VerdictFault as fault:
        raise LabError(str(fault)) from fault
    command = [*deno, "run", "-A", "--quiet", str(ROOT / "lib" / "cli" / "main.ts")]
    done = subprocess.run(
        [*command, *map(os.fspath, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "NO_COLOR": "1"},
    )
    if done.returncode == 0:
        return done.stdout
    said = [line for line in done.stderr.splitlines() if line.strip()]
    errors = [line.split("error: ", 1)[1] for line in said if line.lstrip().startswith("error: ")]
    if done.returncode == 2 and errors:
        raise LabError(errors[-1])
    raise LabFault("\n".join(said[-20:]) or f"the command ended with code {done.returncode}")


def summary(study: str | os.PathLike[str]) -> dict[str, Any]:
    """The summary of a study's results folder: every number with its evidence and origin."""
    results = ROOT / "results"
    places = [Path(study), results / study, results / "recorded" / study]
    files = [place / "summary.json" for place in places]
    path = next((file for file in files if file.is_file()), files[-1])
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LabError(f'Cannot read the summary of "{study}": {error.strerror}') from error


def verdicts(study: str | os.PathLike[str], *variants: str) -> "pandas.DataFrame":
    """One row a text-to-SQL question and variant. All variants, unless some are named."""
    return table("verdicts", study, variants)


def letters(study: str | os.PathLike[str], *variants: str) -> "pandas.DataFrame":
    """One row a multiple-choice question and variant; ``logProbs`` are nats."""
    return table("letters", study, variants)


def prose(study: str | os.PathLike[str], *variants: str) -> "pandas.DataFrame":
    """One row a passage of general text and variant."""
    return table("prose", study, variants)


def changes(study: str | os.PathLike[str], *variants: str) -> "pandas.DataFrame":
    """One row a change against the base model, with both intervals and the word that they allow."""
    return table("changes", study, variants)


def table(
    name: str, study: str | os.PathLike[str], variants: Sequence[str] = ()
) -> "pandas.DataFrame":
    """A table of ``deno task export --format parquet``; docs/export.md has its columns."""
    pandas = _pandas()
    chosen = [part for variant in variants for part in ("--variant", variant)]
    with tempfile.TemporaryDirectory(prefix="lab-export-") as folder:
        run("export", "--study", study, "--format", "parquet", "--out", folder, *chosen)
        path = Path(folder) / f"{name}.parquet"
        if not path.is_file():
            raise LabError(f'Cannot read {name} of "{study}": the study has none')
        return pandas.read_parquet(path)


def _pandas() -> Any:
    try:
        import pandas
        import pyarrow  # noqa: F401 (pandas reads Parquet with it)
    except ImportError as error:
        raise LabError(
            f"Cannot make a data frame as {error.name} is not installed: "
            "pip install pandas pyarrow"
        ) from error
    return pandas
