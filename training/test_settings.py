"""Tests of the plan file: the settings of a training as one checked JSON object."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from lora_data import UsageError, counted
from lora_settings import SETTINGS, camel, parse_args

PLAN = {
    "version": 1,
    "model": "models/m",
    "data": "d.jsonl",
    "out": "o",
    "rank": 8,
    "alpha": 16,
    "learningRate": 2e-4,
    "targetModules": "all-linear",
    "useRslora": True,
    "klWeight": 0.1,
    "earlyStoppingPatience": 2,
    "checkpoints": 4,
    "maxTokens": None,
}


def write(tmp_path, **changes):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**PLAN, **changes}))
    return str(path)


def test_a_plan_gives_the_settings_and_flags_overrule_it(tmp_path):
    args = parse_args(["--plan", write(tmp_path), "--rank", "32", "--adapter_path", "elsewhere"])
    assert (args.rank, str(args.out)) == (32, "elsewhere")
    assert (args.alpha, args.learning_rate, args.target_modules) == (16, 2e-4, "all-linear")
    assert args.use_rslora and not args.use_dora
    assert (args.kl_weight, args.early_stopping_patience, args.checkpoints) == (0.1, 2, 4)
    assert args.max_tokens is None and args.dropout == 0.05


def test_a_plan_and_the_same_flags_are_the_same_settings(tmp_path):
    flags = ["--model", "models/m", "--data", "d.jsonl", "--out", "o", "--rank", "8"]
    flags += ["--alpha", "16", "--learning_rate", "2e-4", "--target_modules", "all-linear"]
    flags += ["--use_rslora", "--kl_weight", "0.1", "--early_stopping_patience", "2"]
    planned = vars(parse_args(["--plan", write(tmp_path)]))
    typed = vars(parse_args([*flags, "--checkpoints", "4"]))
    for name in SETTINGS:
        assert planned[name] == typed[name], name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rate": 1}, "there is no setting 'learning_rate': did you mean learningRate?"),
        (
            {"rank": 0},
            "rank must be a whole number at least 1 and at most 1024: current value is 0",
        ),
        ({"rank": 1.5}, "rank must be a whole number"),
        ({"rank": "8"}, 'rank must be a number: current value is "8"'),
        ({"rank": True}, "rank must be a number: current value is true"),
        ({"useDora": 1}, "useDora must be true or false: current value is 1"),
        ({"model": 3}, "model must be a text"),
        ({"quantization": "nf8"}, "quantization must be one of none, nf4"),
        ({"version": 2}, "version must be 1: current value is 2"),
        ({"date": "2024-02-30"}, "date must be a date as YYYY-MM-DD"),
        ({"model": None}, "the following arguments are required: --model"),
    ],
)
def test_what_a_plan_cannot_hold_is_named(tmp_path, changes, message):
    with pytest.raises(UsageError) as refused:
        parse_args(["--plan", write(tmp_path, **changes)])
    assert message in str(refused.value)


def test_a_plan_that_is_no_object_is_refused(tmp_path):
    path = tmp_path / "plan.json"
    for text in ("[]", "{", "3"):
        path.write_text(text)
        with pytest.raises(UsageError):
            parse_args(["--plan", str(path)])
    with pytest.raises(UsageError, match="cannot read the plan"):
        parse_args(["--plan", str(tmp_path / "none.json")])


def test_names_of_a_plan_are_the_flags_in_camel_case():
    assert camel("learning_rate") == "learningRate"
    assert len({camel(name) for name in SETTINGS}) == len(SETTINGS)


def test_threads_that_wait_do_not_spin():
    # GNU's OpenMP, which torch has on Linux, tells its settings when it is loaded
    trainer = Path(__file__).parent / "train_lora.py"
    env = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    for policy, spins in ({}, "0"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "30000000000"):
        told = subprocess.run(
            [sys.executable, trainer, "--help"],
            env={**env, **policy, "OMP_DISPLAY_ENV": "verbose"},
            capture_output=True,
            text=True,
            check=True,
        ).stderr
        if "GOMP_SPINCOUNT" not in told:
            pytest.skip("torch has another OpenMP library here")
        assert f"GOMP_SPINCOUNT = '{spins}'" in told


def page_commands():
    """The commands of the page on training, and what it writes into files, by their names."""
    page = (Path(__file__).parent.parent / "docs/training.md").read_text(encoding="utf-8")
    text = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).replace("\\\n", " ")
    files = dict(re.findall(r"cat > (\S+) <<'END'\n(.*?)\nEND\n", text, re.DOTALL))
    words = [shlex.split(line) for line in text.splitlines() if "train_lora.py" in line]
    return [words[words.index("training/train_lora.py") + 1 :] for words in words], files


def test_the_page_on_training_writes_each_plan_that_it_reads(tmp_path):
    commands, files = page_commands()
    by_hand = [words for words in commands if "PLAN" not in words]
    assert len(by_hand) == 2
    parsed = []
    for words in by_hand:
        if "--plan" in words:
            at = words.index("--plan") + 1
            plan = tmp_path / "plan.json"
            plan.write_text(files[words[at]], encoding="utf-8")
            words[at] = str(plan)
        parsed.append(vars(parse_args(words)))
    first, second = ({**settings, "plan": None, "resume": None} for settings in parsed)
    assert first == second


def test_one_has_no_plural():
    assert [counted(n, "step") for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]
