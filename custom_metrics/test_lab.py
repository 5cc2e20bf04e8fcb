"""Tests of the Python door on the recorded sample; run by lab_python_test.ts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import lab

SAMPLE = lab.ROOT / "results" / "recorded" / "sample"
NUMBERS = json.loads((SAMPLE / "summary.json").read_text(encoding="utf-8"))
TUNED = NUMBERS["variants"][2]


def test_verdicts_are_the_recorded_ones():
    frame = lab.verdicts(SAMPLE)
    assert len(frame) == 154 * len(NUMBERS["variants"])
    own = frame[frame.variant == TUNED["name"]]
    assert int(own.official.sum()) == TUNED["sql"]["success"]


def test_letters_and_prose_of_one_variant_have_its_numbers():
    letters = lab.letters(SAMPLE, TUNED["name"])
    assert set(letters.variant) == {TUNED["name"]}
    assert letters.correct.mean() == TUNED["mmlu"]["overall"]["accuracy"]["mean"]
    assert letters.logProbs.map(len).tolist() == [4] * 150
    prose = lab.prose(SAMPLE, TUNED["name"])
    assert prose.natsPerToken.mean() == pytest.approx(TUNED["prose"]["nats"], abs=1e-6)


def test_changes_have_intervals_and_the_word_that_they_allow():
    frame = lab.changes(SAMPLE, TUNED["name"])
    row = frame[(frame.measure == "prose") & (frame.group == "all")].iloc[0]
    verdict = TUNED["versusBase"]["prose"]["overall"]["verdict"]
    assert [row.difference, row.low, row.high] == [verdict["difference"], *verdict["ci95"]]
    assert row.outcome == "loss"
    assert row.lossExcluded


def test_summary_reads_a_folder_and_a_name_as_the_commands_do(monkeypatch, tmp_path):
    assert lab.summary(SAMPLE) == NUMBERS
    for place in ("recorded/old", "recorded/both", "both"):
        folder = tmp_path / "results" / place
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text(json.dumps({"place": place}))
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    assert lab.summary("old") == {"place": "recorded/old"}
    assert lab.summary("both") == {"place": "both"}
    with pytest.raises(lab.LabError, match="Cannot read the summary"):
        lab.summary("nowhere")


def test_run_gives_what_a_command_prints():
    assert "Usage: deno task lab judge" in lab.run("judge", "--help")


def test_run_says_the_one_line_of_a_refusal():
    with pytest.raises(lab.LabError, match=r"^unknown command \"tain\": did you mean \"train\"\?$"):
        lab.run("tain")
    with pytest.raises(lab.LabError, match="no such variant: there are base"):
        lab.verdicts(SAMPLE, "none of them")


def test_a_table_that_a_study_has_not_is_named():
    with pytest.raises(lab.LabError, match="Cannot read prose of"):
        lab.prose("qwen_coder_0_5b_pilot")


def test_run_tells_a_fault_from_a_refusal(monkeypatch, tmp_path):
    broken = tmp_path / "deno"
    broken.write_text("#!/bin/sh\necho it broke >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("LAB_DENO", str(broken))
    with pytest.raises(lab.LabFault, match="it broke"):
        lab.run("doctor")


def test_without_pandas_a_line_says_what_to_install(tmp_path):
    """In another process, in which pandas cannot be imported."""
    (tmp_path / "pandas.py").write_text("raise ImportError('none here', name='pandas')\n")
    code = "import lab\ntry: lab.verdicts('sample')\nexcept lab.LabError as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(lab.__file__).parent,
        env={"PYTHONPATH": f"{tmp_path}:{Path(lab.__file__).parent}", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert "pandas is not installed: pip install pandas pyarrow" in done.stdout, done.stderr
