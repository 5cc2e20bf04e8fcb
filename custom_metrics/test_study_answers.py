"""The metric on what the models of a study answered: every verdict is the one that the study has.

    pytest custom_metrics/test_study_answers.py
    LAB_METRIC_STUDY=results/mine pytest custom_metrics/test_study_answers.py

Without LAB_METRIC_STUDY it is the recorded sample, base model and tuned variants. The execution
accuracy of each is printed, in each reading; the assignment's decides.
"""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest
from deepeval.test_case import LLMTestCase

from execution_accuracy import MODES, ExecutionAccuracyMetric, execution_accuracy
from verdict_process import deno_command

HERE = Path(__file__).resolve().parent
STUDY = os.environ.get("LAB_METRIC_STUDY") or HERE.parent / "results" / "recorded" / "sample"


def test_every_verdict_is_the_one_that_the_study_has(capsys) -> None:
    others = []
    for name, answers in answers_by_variant(STUDY).items():
        metrics = asyncio.run(measured(answers))
        for answer, metric in zip(answers, metrics):
            got = {key: metric.verdict[key] for key in ("status", *MODES)}
            assert metric.is_successful() is got["assignment"]
            assert metric.score == (1.8 if got["assignment"] else 0)
            if got != answer["recorded"]:
                others.append(f"{name}, {answer['id']}: {got}, recorded {answer['recorded']}")
        shares = [
            f"{mode} {execution_accuracy([metric.verdict[mode] for metric in metrics]):.1%}"
            for mode in MODES
        ]
        with capsys.disabled():
            print(f"\n{name}: execution accuracy of {len(answers)}: {', '.join(shares)}", end="")
    assert not others, f"{len(others)} other verdicts, the first: " + "; ".join(others[:5])


def answers_by_variant(study: str | os.PathLike[str]) -> dict[str, list[dict]]:
    """What study_answers.ts says of a study, by variant and number of examples shown."""
    command = [*deno_command(), "run", "-A", "--quiet", str(HERE / "study_answers.ts"), str(study)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        pytest.fail(done.stderr.strip(), pytrace=False)
    variants: dict[str, list[dict]] = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        shots = "" if answer["shots"] is None else f", {answer['shots']} examples shown"
        variants.setdefault(answer["variant"] + shots, []).append(answer)
    return variants


async def measured(answers: list[dict]) -> list[ExecutionAccuracyMetric]:
    """One metric an answer, each with its verdict."""
    metrics = [
        ExecutionAccuracyMetric(answer["dbPath"], timeout_ms=answer["timeoutMs"])
        for answer in answers
    ]
    cases = [
        LLMTestCase(
            name=answer["id"],
            input=answer["question"],
            actual_output=answer["statement"],
            expected_output=answer["gold"],
        )
        for answer in answers
    ]
    await asyncio.gather(*(metric.a_measure(case) for metric, case in zip(metrics, cases)))
    return metrics
