"""The metric in Python, on the cases that also drive the TypeScript tests.

    pytest custom_metrics/test_execution_accuracy.py
    deepeval test run custom_metrics/test_execution_accuracy.py
"""

import asyncio
import json
import os
import sqlite3
from pathlib import Path

import pytest
from deepeval import assert_test
from deepeval.config.settings import get_settings
from deepeval.confident.api import is_confident
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase
from deepeval.utils import get_is_running_deepeval

from execution_accuracy import ExecutionAccuracyMetric, execution_accuracy
from verdict_process import GoldQueryError, VerdictFault, VerdictProcess

FIXTURE = json.loads(
    Path(__file__).with_name("testdata").joinpath("cases.json").read_text(encoding="utf-8")
)
CASES = FIXTURE["cases"]
TIMEOUT_MS = 500


@pytest.fixture(scope="module")
def db_path(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("metric") / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIXTURE["schema"])
    connection.close()
    return str(path)


def case_of(case: dict) -> LLMTestCase:
    return LLMTestCase(
        name=case["name"],
        input=case["input"],
        actual_output=case["actual_output"],
        expected_output=case["expected_output"],
    )


@pytest.mark.parametrize("mode", ["official", "assignment", "strict"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_measure_scores_every_case(case: dict, mode: str, db_path: str) -> None:
    metric = ExecutionAccuracyMetric(db_path, mode=mode, timeout_ms=TIMEOUT_MS)
    assert metric.measure(case_of(case)) == (1.8 if case[mode] else 0)
    assert metric.score == (1.8 if case[mode] else 0)
    assert metric.success is case[mode]
    assert metric.is_successful() is case[mode]
    assert metric.verdict["status"] == case["status"]
    assert metric.reason
    assert metric.error is None


def test_the_metric_is_a_base_metric_with_a_name(db_path: str) -> None:
    metric = ExecutionAccuracyMetric(db_path)
    assert isinstance(metric, BaseMetric)
    assert metric.__name__ == "Execution Accuracy"
    assert metric.threshold == 1.8


def test_a_measure_judges_many_cases_at_once(db_path: str) -> None:
    async def measure_all() -> list[float]:
        metrics = [ExecutionAccuracyMetric(db_path, timeout_ms=TIMEOUT_MS) for _ in CASES]
        return await asyncio.gather(
            *(metric.a_measure(case_of(case)) for metric, case in zip(metrics, CASES))
        )

    scores = asyncio.run(measure_all())
    assert scores == [1.8 if case["assignment"] else 0 for case in CASES]


def test_another_score_for_a_match(db_path: str) -> None:
    assert ExecutionAccuracyMetric(db_path, success_score=1).measure(case_of(CASES[0])) == 1
    with pytest.raises(ValueError, match="success_score"):
        ExecutionAccuracyMetric(db_path, success_score=0)
    with pytest.raises(ValueError, match="mode"):
        ExecutionAccuracyMetric(db_path, mode="lenient")


def test_the_database_of_each_test_case(db_path: str) -> None:
    metric = ExecutionAccuracyMetric(lambda test_case: db_path)
    assert metric.measure(case_of(CASES[0])) == 1.8


def test_a_gold_that_fails_raises_and_scores_nothing(db_path: str) -> None:
    metric = ExecutionAccuracyMetric(db_path)
    broken = case_of({**CASES[0], "expected_output": "SELECT nothing"})
    with pytest.raises(GoldQueryError, match="gold statement"):
        metric.measure(broken)
    assert metric.score is None
    assert "gold statement" in metric.error
    assert metric.is_successful() is False
    assert metric.measure(case_of(CASES[0])) == 1.8
    assert metric.error is None


def test_a_missing_database_raises() -> None:
    with pytest.raises(VerdictFault, match="no database file"):
        ExecutionAccuracyMetric("/nowhere/shop.sqlite").measure(case_of(CASES[0]))


def test_accuracy_is_passes_over_n(db_path: str) -> None:
    metric = ExecutionAccuracyMetric(db_path, timeout_ms=TIMEOUT_MS)
    successes = []
    for case in CASES:
        metric.measure(case_of(case))
        successes.append(metric.is_successful())
    expected = sum(case["assignment"] for case in CASES) / len(CASES)
    assert execution_accuracy(successes) == expected


def test_a_closed_process_says_so(db_path: str) -> None:
    process = VerdictProcess(timeout_ms=TIMEOUT_MS)
    assert process.verdict(db_path, "SELECT 1", "SELECT 1").result()["official"] is True
    process.close()
    with pytest.raises(VerdictFault, match="has ended"):
        process.verdict(db_path, "SELECT 1", "SELECT 1")


def test_nothing_is_uploaded() -> None:
    assert get_settings().DEEPEVAL_TELEMETRY_OPT_OUT is True
    assert os.environ["CONFIDENT_API_KEY"] == ""
    assert is_confident() is False


@pytest.mark.parametrize("case", [case for case in CASES if case["assignment"]], ids=lambda c: c["name"])
def test_assert_test_passes_on_a_match(case: dict, db_path: str) -> None:
    assert_test(case_of(case), [ExecutionAccuracyMetric(db_path, timeout_ms=TIMEOUT_MS)])


@pytest.mark.skipif(
    get_is_running_deepeval(), reason="its case would stand in DeepEval's table as a failed one"
)
def test_assert_test_fails_otherwise(db_path: str) -> None:
    wrong = next(case for case in CASES if case["name"] == "another value")
    with pytest.raises(AssertionError, match="Execution Accuracy"):
        assert_test(case_of(wrong), [ExecutionAccuracyMetric(db_path)])
