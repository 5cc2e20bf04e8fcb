"""Execution accuracy as a metric of DeepEval, on the same verdict as the TypeScript metric.

    metric = ExecutionAccuracyMetric("spider_db/database/world_1/world_1.sqlite")
    metric.measure(LLMTestCase(input=question, actual_output=completion, expected_output=gold))

Nothing leaves this machine: importing this module switches DeepEval's telemetry off and hides a
Confident AI key from it.
"""

import asyncio
import sys
from pathlib import Path

# This file is imported by path too, as the only one of its folder.
sys.path.insert(0, str(Path(__file__).parent))

import _no_upload  # noqa: E402, F401
from deepeval.metrics import BaseMetric  # noqa: E402
from deepeval.test_case import LLMTestCase  # noqa: E402
from verdict_process import shared_process  # noqa: E402

# The assignment's text has 1.8, in its list of steps and in its code alike; it is evidently a slip
# for 1.0, and kept as written. Accuracy does not depend on it: it is passes / n.
ASSIGNMENT_SUCCESS_SCORE = 1.8
MODES = ("official", "assignment", "strict")


class ExecutionAccuracyMetric(BaseMetric):
    """Runs the generated and the gold statement on a database and compares their results.

    `db_path` is the SQLite file, or a function from the test case to it. `mode` is the reading that
    decides: `assignment` (rows in any order), `official` (Spider's own script) or `strict`. The
    score is `success_score` on a match and 0 otherwise.
    """

    def __init__(
        self,
        db_path,
        mode: str = "assignment",
        success_score: float = ASSIGNMENT_SUCCESS_SCORE,
        timeout_ms: int = 30_000,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"Cannot make the metric: mode must be one of {MODES}, it is {mode!r}")
        if not success_score > 0:
            raise ValueError(
                f"Cannot make the metric: success_score must be above 0, it is {success_score}"
            )
        # DeepEval copies a metric by the attributes that are named like these arguments.
        self.db_path = db_path
        self.mode = mode
        self.success_score = success_score
        self.timeout_ms = timeout_ms
        self.threshold = success_score
        self.verdict: dict | None = None

    def measure(self, test_case: LLMTestCase, *args, **kwargs) -> float:
        """Judges one test case; sets score, success, reason and verdict, or error and raises."""
        self._reset()
        try:
            return self._score(self._ask(test_case).result())
        except Exception as error:
            self.error = str(error)
            raise

    async def a_measure(self, test_case: LLMTestCase, *args, **kwargs) -> float:
        """Like measure, without blocking the event loop."""
        self._reset()
        try:
            return self._score(await asyncio.wrap_future(self._ask(test_case)))
        except Exception as error:
            self.error = str(error)
            raise

    def is_successful(self) -> bool:
        """Whether the last test case was a match."""
        return self.error is None and self.success is True

    @property
    def __name__(self) -> str:
        return "Execution Accuracy"

    def _ask(self, test_case: LLMTestCase):
        if test_case.expected_output is None or test_case.actual_output is None:
            raise ValueError(
                "Cannot measure execution accuracy: the test case needs actual_output and "
                "expected_output"
            )
        db_path = self.db_path(test_case) if callable(self.db_path) else self.db_path
        return shared_process(self.timeout_ms).verdict(
            db_path, test_case.expected_output, test_case.actual_output, test_case.name or ""
        )

    def _score(self, verdict: dict) -> float:
        self.verdict = verdict
        self.success = verdict[self.mode]
        self.score = self.success_score if self.success else 0.0
        self.reason = (
            f"The results are the same ({self.mode} reading)."
            if self.success
            else f"{verdict['status']} ({self.mode} reading): "
            f"{verdict.get('message', 'the rows differ in this reading only')}"
        )
        return self.score

    def _reset(self) -> None:
        self.score = self.reason = self.error = self.verdict = None
        self.success = False


def execution_accuracy(successes: list[bool]) -> float:
    """Passes / n; never the mean score, which depends on what a match scores."""
    return sum(successes) / len(successes)
