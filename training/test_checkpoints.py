"""Tests of damage: to checkpoints, the loss log, a run's record, and a finished adapter."""

import hashlib
import json
import os
import random
import resource
import shutil

import lora_checkpoint
import lora_manifest
import lora_trainer
import pytest
import torch
from safetensors.torch import load_file, save_file
from testing.tiny_model import TOLD, rows, run, stop_after, weights

FLAGS = ("--epochs", 2, "--checkpoint_seconds", 0)
STEPS = 10
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def runs(base, tmp_path_factory):
    """A whole run and the same one stopped after step 5: checkpoints 4 and 5."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        stop_after(patch, 5)
        assert run(base, folder / "stopped", *FLAGS) == 143
    assert run(base, folder / "whole", *FLAGS) == 0
    kept = sorted(path.name for path in (folder / "stopped" / "checkpoints").iterdir())
    assert kept == ["checkpoint-4", "checkpoint-5"]
    return folder


def copy(runs, name, out):
    shutil.copytree(runs / name, out)
    return out


def cut(path, size=None):
    os.truncate(path, path.stat().st_size // 2 if size is None else size)


def flip(path, rng=None):
    """Change one bit of a file, the middle one or one drawn."""
    data = bytearray(path.read_bytes())
    at = rng.randrange(8 * len(data)) if rng else 4 * len(data)
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)


def empty(folder):
    shutil.rmtree(folder)
    folder.mkdir()


def as_file(folder):
    shutil.rmtree(folder)
    folder.write_text("no folder")


def both(folder):
    cut(folder / "checkpoint-4" / "optimizer.pt")
    (folder / "checkpoint-5" / "optimizer.pt").unlink()


def contents(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def curve(out):
    return [{key: row[key] for key in row if "second" not in key} for row in rows(out)]


def resume(base, out, capsys, *flags, code=0):
    """The lines of a resumed run, without those of its plan and progress."""
    capsys.readouterr()
    assert run(base, out, *FLAGS, "--resume", *flags) == code
    lines = capsys.readouterr().err.splitlines()
    return [line for line in lines if not line.startswith(TOLD)]


def assert_as_whole(out, runs):
    assert weights(out) == weights(runs / "whole")
    assert curve(out) == curve(runs / "whole")
    names = ("adapter_config.json", "environment.json")
    for name in names:
        assert (out / name).read_bytes() == (runs / "whole" / name).read_bytes()
    assert not (out / "checkpoints").exists()


OPTIMIZER = "checkpoints/checkpoint-5/optimizer.pt"
STATE = "checkpoints/checkpoint-5/trainer_state.json"
# What is done to which path, the lines it gives, and the step that the run goes on from.
DAMAGE = {
    "optimizer cut": (cut, OPTIMIZER, ["(optimizer.pt has "], 4),
    "optimizer empty": (lambda p: cut(p, 0), OPTIMIZER, ["(optimizer.pt has 0 bytes, "], 4),
    "optimizer missing": (os.remove, OPTIMIZER, ["(optimizer.pt is missing)"], 4),
    "optimizer flipped": (flip, OPTIMIZER, ["(optimizer.pt has other bytes than were written)"], 4),
    "trainer state cut": (cut, STATE, ["(trainer_state.json has "], 4),
    "trainer state missing": (os.remove, STATE, ["(trainer_state.json is missing)"], 4),
    "weights flipped": (flip, f"checkpoints/checkpoint-5/{WEIGHTS}", ["has other bytes"], 4),
    "random state missing": (os.remove, "checkpoints/checkpoint-5/rng_state.pth", ["missing"], 4),
    "rows flipped": (flip, "checkpoints/checkpoint-5/loss.jsonl", ["(loss.jsonl has other"], 4),
    "manifest cut": (cut, "checkpoints/checkpoint-5/manifest.json", ["is not JSON"], 4),
    "manifest missing": (os.remove, "checkpoints/checkpoint-5/manifest.json", [], 5),
    "empty checkpoint": (empty, "checkpoints/checkpoint-5", ["(it is empty)"], 4),
    "checkpoint a file": (as_file, "checkpoints/checkpoint-5", ["(it is no folder)"], 4),
    "checkpoint renamed": (
        lambda folder: folder.rename(folder.with_name("checkpoint-7")),
        "checkpoints/checkpoint-5",
        ["checkpoint-7 is damaged (manifest.json is of another step)"],
        4,
    ),
    "checkpoint of a longer run": (
        lambda folder: folder.rename(folder.with_name("checkpoint-10")),
        "checkpoints/checkpoint-5",
        ["checkpoint-10 is damaged (the run has 10 steps)"],
        4,
    ),
    "one of two missing": (shutil.rmtree, "checkpoints/checkpoint-5", [], 4),
    "both damaged": (
        both,
        "checkpoints",
        ["checkpoint-5 is damaged", "checkpoint-4 is damaged", "no good checkpoint is left in "],
        0,
    ),
    "no checkpoint": (empty, "checkpoints", ["there is no checkpoint in "], 0),
    "no checkpoints": (shutil.rmtree, "checkpoints", ["there is no checkpoint in "], 0),
    "checkpoints a file": (as_file, "checkpoints", ["is no folder: put aside", "there is no"], 0),
    "log cut": (lambda p: cut(p, 500), "loss.jsonl", ["rows are taken from checkpoint-5"], 5),
    "log missing": (os.remove, "loss.jsonl", ["rows are taken from checkpoint-5"], 5),
    "log flipped": (flip, "loss.jsonl", ["rows are taken from checkpoint-5"], 5),
    "log empty": (lambda p: cut(p, 0), "loss.jsonl", ["rows are taken from checkpoint-5"], 5),
    "log not text": (
        lambda p: p.write_bytes(b"\xff\xfe{\x00\n" + b"[" * 99999),
        "loss.jsonl",
        ["rows are taken from checkpoint-5"],
        5,
    ),
    "log with half a row more": (
        lambda p: p.write_text(p.read_text() + '{"step": 6, "lo'),
        "loss.jsonl",
        [],
        5,
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_run_folder_is_named_and_the_run_ends_as_if_it_were_whole(
    base, tmp_path, capsys, runs, kind
):
    damage, path, expected, step = DAMAGE[kind]
    out = copy(runs, "stopped", tmp_path / "run")
    damage(out / path)
    lines = resume(base, out, capsys)
    if step:
        assert lines.pop() == f"resumed at step {step} of {STEPS}"
    assert len(lines) == len(expected)
    for line, part in zip(lines, expected, strict=True):
        assert part in line and str(out) in line
    assert_as_whole(out, runs)


def test_a_damaged_checkpoint_is_put_aside_whole(runs, tmp_path, capsys):
    out = copy(runs, "stopped", tmp_path / "run")
    folder = out / "checkpoints" / "checkpoint-5"
    for name in ("checkpoint-5.damaged", "checkpoint-5.damaged-2"):
        cut(folder / "scheduler.pt")
        before = contents(folder)
        assert lora_checkpoint.good_checkpoint(out).name == "checkpoint-4"
        assert f"put aside as {name}\n" in capsys.readouterr().err
        assert contents(folder.with_name(name)) == before and not folder.exists()
        shutil.copytree(runs / "stopped" / "checkpoints" / "checkpoint-5", folder)
    assert lora_checkpoint.good_checkpoint(out) == folder


def test_every_file_of_a_checkpoint_is_checked_for_every_damage(runs, tmp_path):
    whole = runs / "stopped" / "checkpoints" / "checkpoint-5"
    assert lora_checkpoint.checkpoint_fault(whole) is None
    names = {path.name for path in whole.iterdir()}
    assert {*lora_checkpoint.NEEDED, "loss.jsonl", "manifest.json"} <= names
    damages = [os.remove, cut, flip, lambda p: cut(p, 0), lambda p: cut(p, p.stat().st_size - 1)]
    damages += [lambda p: p.write_bytes(p.read_bytes() + b"x"), lambda p: (p.unlink(), p.mkdir())]
    for name in names:
        for number, damage in enumerate(damages):
            folder = shutil.copytree(whole, tmp_path / f"{number}-{name}" / "checkpoint-5")
            damage(folder / name)
            fault = lora_checkpoint.checkpoint_fault(folder)
            # Without its manifest, and with one that lacks its last line break, it is as good.
            harmless = name == "manifest.json" and number in (0, 4)
            assert (fault is None) == harmless, (name, number, fault)
            assert harmless or name in fault, (name, number, fault)
            shutil.rmtree(folder.parent)


def test_a_flipped_bit_of_a_checkpoint_is_noticed_or_without_effect(runs, tmp_path):
    whole = runs / "stopped" / "checkpoints" / "checkpoint-5"
    rng = random.Random(5)
    names = sorted(path.name for path in whole.iterdir())
    unnoticed = []
    for number in range(20 * len(names)):
        folder = shutil.copytree(whole, tmp_path / str(number) / "checkpoint-5")
        name = names[number % len(names)]
        flip(folder / name, rng)
        if not lora_checkpoint.checkpoint_fault(folder):
            # Only of the manifest itself: such as a space that has become another white space.
            unnoticed.append(name)
            ours, theirs = (lora_manifest.read_manifest(path) for path in (folder, whole))
            assert ours["files"] == theirs["files"]
        shutil.rmtree(folder.parent)
    assert set(unnoticed) <= {"manifest.json"}


def test_twenty_runs_with_a_flipped_bit_end_with_the_same_bytes(base, tmp_path, capsys, runs):
    rng = random.Random(6)
    for number in range(20):
        out = copy(runs, "stopped", tmp_path / "run")
        paths = sorted(path for path in out.rglob("*") if path.is_file() and path.parent != out)
        path = rng.choice([*paths, out / "loss.jsonl"])
        flip(path, rng)
        lines = resume(base, out, capsys)
        named = any("damaged" in line for line in lines)
        assert named or path.parent.name == "checkpoint-4" or path.name == "manifest.json", path
        assert_as_whole(out, runs)
        shutil.rmtree(out)


def before_manifests(out):
    """Make the checkpoints what they were before there were manifests and copies of the log."""
    for folder in (out / "checkpoints").iterdir():
        (folder / "manifest.json").unlink()
        (folder / "loss.jsonl").unlink()


def test_a_checkpoint_without_a_manifest_is_taken_if_it_loads(base, tmp_path, capsys, runs):
    out = copy(runs, "stopped", tmp_path / "run")
    before_manifests(out)
    assert resume(base, out, capsys) == ["resumed at step 5 of 10"]
    assert_as_whole(out, runs)


def test_a_checkpoint_without_a_manifest_that_does_not_load_is_put_aside(runs, tmp_path):
    old = copy(runs, "stopped", tmp_path / "old")
    before_manifests(old)
    for name in lora_checkpoint.NEEDED:
        for number, damage in enumerate((os.remove, cut, lambda p: cut(p, 0))):
            folder = old / "checkpoints" / "checkpoint-5"
            spoilt = shutil.copytree(folder, tmp_path / f"{number}-{name}" / "checkpoint-5")
            damage(spoilt / name)
            assert name in lora_checkpoint.checkpoint_fault(spoilt), (name, number)
    folder = old / "checkpoints" / "checkpoint-5"
    assert "of another step" in lora_checkpoint.checkpoint_fault(folder.rename(f"{folder}0"))
    folder = old / "checkpoints" / "checkpoint-4"
    tensors = load_file(folder / WEIGHTS)
    next(iter(tensors.values())).view(-1)[0] = torch.nan
    save_file(tensors, folder / WEIGHTS)
    assert "not finite" in lora_checkpoint.checkpoint_fault(folder)


def test_without_a_copy_of_the_log_the_rows_that_are_lost_are_counted(
    base, tmp_path, capsys, runs
):
    out = copy(runs, "stopped", tmp_path / "run")
    before_manifests(out)
    lines = (out / "loss.jsonl").read_text().splitlines()
    (out / "loss.jsonl").write_text("\n".join([lines[0], lines[1][:-9], lines[2]]))
    said, _resumed = resume(base, out, capsys)
    assert "3 of its first 5 rows are lost, and checkpoint-5 has no copy of them" in said
    assert weights(out) == weights(runs / "whole")
    whole = curve(runs / "whole")
    assert curve(out) == [row for row in whole if row["step"] not in (2, 4, 5)]
    # What it ended with is what it is from now on.
    assert "the run is complete" in resume(base, out, capsys)[0]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (cut, "config.json is cut or damaged: it is not JSON"),
        (lambda p: cut(p, 0), "config.json is cut or damaged: it is not JSON"),
        (lambda p: p.write_bytes(b"\xff\xfe"), "config.json is cut or damaged: it is not JSON"),
        (lambda p: p.write_text("[1]"), "config.json is damaged: it is no JSON object"),
        (lambda p: p.write_text("[" * 10**5), "config.json is cut or damaged: it is not JSON"),
        (lambda p: p.write_text("{}"), "alpha differs: it was None, now it is 32"),
        (
            lambda p: p.write_text(p.read_text().replace('"none"', '"\\u001b[2Jno\\nne"')),
            "quantization differs: it was ?[2Jno ne, now it is none",
        ),
        (os.remove, "it has adapter_config.json but no config.json, which says what was trained"),
    ],
)
@pytest.mark.parametrize("name", ["stopped", "whole"])
def test_a_damaged_record_of_a_run_is_one_line(
    base, tmp_path, capsys, runs, name, damage, message
):
    out = copy(runs, name, tmp_path / "run")
    damage(out / "config.json")
    if name == "stopped":
        message = message.replace("adapter_config.json but", "loss.jsonl but")
    before = contents(out)
    (line,) = resume(base, out, capsys, code=2)
    assert line.startswith(f"train_lora.py: cannot resume {out}") and message in line
    assert "move the folder away to train anew" in line
    assert "give the recipe these settings again" in line or "put back a copy of it, or move the folder away" in line
    assert contents(out) == before


def test_a_folder_in_which_no_run_has_begun_is_taken(base, tmp_path, capsys, runs):
    out = tmp_path / "run"
    out.mkdir()
    (out / "environment.json").write_text("{")
    assert resume(base, out, capsys) == []
    assert_as_whole(out, runs)


# What is done to a finished run, and the line's part where there is no checkpoint.
FINISHED = {
    "weights cut": (lambda out: cut(out / WEIGHTS), f"{WEIGHTS} is cut or damaged"),
    "weights cut by one": (
        lambda out: cut(out / WEIGHTS, (out / WEIGHTS).stat().st_size - 1),
        f"{WEIGHTS} is cut or damaged",
    ),
    "weights empty": (lambda out: cut(out / WEIGHTS, 0), f"{WEIGHTS} is cut or damaged"),
    "config missing": (
        lambda out: (out / "adapter_config.json").unlink(),
        "adapter_config.json is missing",
    ),
    "config cut": (
        lambda out: cut(out / "adapter_config.json"),
        "adapter_config.json is cut or damaged",
    ),
    "log cut": (lambda out: cut(out / "loss.jsonl", 700), "loss.jsonl has 700 bytes, not "),
    "log missing": (lambda out: (out / "loss.jsonl").unlink(), "loss.jsonl is missing"),
    "log flipped": (lambda out: flip(out / "loss.jsonl"), "loss.jsonl has other bytes"),
    "environment cut": (lambda out: cut(out / "environment.json"), "environment.json has "),
}


@pytest.mark.parametrize("kind", FINISHED)
def test_a_damaged_finished_run_is_never_complete(base, tmp_path, capsys, runs, kind):
    damage, message = FINISHED[kind]
    out = copy(runs, "whole", tmp_path / "run")
    damage(out)
    before = contents(out)
    (line,) = resume(base, out, capsys, code=2)
    assert line.startswith(f"train_lora.py: the finished run in {out} is damaged: {message}")
    assert line.endswith(f"or move {WEIGHTS} away and run again to train anew")
    assert contents(out) == before
    # With a checkpoint left it is trained to its end again, and what was damaged is kept.
    shutil.copytree(runs / "stopped" / "checkpoints", out / "checkpoints")
    lines = resume(base, out, capsys)
    assert f"the finished run in {out} is damaged: {message}" in lines[0]
    assert "going on from its last checkpoint" in lines[0]
    assert "resumed at step 5 of 10" in lines
    assert_as_whole(out, runs)
    # Whole weights beside a file that was damaged are kept too.
    assert (out / f"{WEIGHTS}.before").exists() == (not kind.startswith("weights"))
    for path in out.glob("*.damaged"):
        assert contents(out)[path.name] == before[path.name.removesuffix(".damaged")]
    assert "missing" in kind or len([*out.glob("*.damaged")]) == 1
    # As the line says: without the weights it is trained anew.
    (out / WEIGHTS).unlink()
    assert "training starts again from step 0" in resume(base, out, capsys)[0]
    assert_as_whole(out, runs)


def other_adapter(out):
    tensors = {name: tensor + 1 for name, tensor in load_file(out / WEIGHTS).items()}
    save_file(tensors, out / WEIGHTS, metadata={"format": "pt"})


def other_rank(out):
    config = json.loads((out / "adapter_config.json").read_text())
    (out / "adapter_config.json").write_text(json.dumps({**config, "r": 8}))


FOREIGN = {
    "other weights": (other_adapter, f"{WEIGHTS} has other bytes than were written"),
    "a flipped bit": (lambda out: flip(out / WEIGHTS), f"{WEIGHTS} has other bytes"),
    "another rank": (other_rank, "adapter_config.json has settings of another training"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_an_adapter_that_may_be_from_elsewhere_is_never_touched(
    base, tmp_path, capsys, runs, kind
):
    damage, message = FOREIGN[kind]
    out = copy(runs, "whole", tmp_path / "run")
    shutil.copytree(runs / "stopped" / "checkpoints", out / "checkpoints")
    damage(out)
    before = contents(out)
    (line,) = resume(base, out, capsys, code=2)
    assert f"the adapter in {out} is not the one that was trained there ({message}" in line
    assert contents(out) == before


def test_weights_that_were_put_there_while_a_run_trained_are_kept(
    base, tmp_path, capsys, monkeypatch, runs
):
    out = tmp_path / "run"
    save = lora_trainer.CompletionTrainer.save_adapter

    def put_and_save(self, facts):
        (out / WEIGHTS).write_text("somebody else's")
        save(self, facts)

    monkeypatch.setattr(lora_trainer.CompletionTrainer, "save_adapter", put_and_save)
    (line,) = resume(base, out, capsys)
    assert line.endswith(f"{WEIGHTS} was there already: put aside as {WEIGHTS}.before")
    assert (out / f"{WEIGHTS}.before").read_text() == "somebody else's"
    assert_as_whole(out, runs)


def test_an_adapter_without_a_record_or_half_of_one_is_never_touched(
    base, tmp_path, capsys, runs
):
    out = tmp_path / "run"
    out.mkdir()
    shutil.copy(runs / "whole" / WEIGHTS, out)
    assert f"it has {WEIGHTS} but no config.json" in resume(base, out, capsys, code=2)[0]
    assert contents(out) == {WEIGHTS: contents(runs / "whole")[WEIGHTS]}
    out = copy(runs, "stopped", tmp_path / "half")
    shutil.copy(runs / "whole" / "adapter_config.json", out)
    other_rank(out)
    before = contents(out)
    (line,) = resume(base, out, capsys, code=2)
    assert "adapter_config.json has settings of another training: move it away" in line
    assert contents(out) == before


def test_a_finished_run_from_before_manifests_is_checked_by_what_it_has(
    base, tmp_path, capsys, runs
):
    old = copy(runs, "whole", tmp_path / "old")
    (old / "manifest.json").unlink()
    assert resume(base, old, capsys) == [f"reused {old}: the run is complete"]
    cut_log = copy(tmp_path, "old", tmp_path / "log")
    cut(cut_log / "loss.jsonl", 700)
    (line,) = resume(base, cut_log, capsys, code=2)
    assert "loss.jsonl is cut or damaged: it has " in line and " of 10 rows" in line
    sealed = copy(tmp_path, "old", tmp_path / "sealed")
    (sealed / "adapter.sha256").write_text(lora_manifest.sha256(sealed / WEIGHTS) + "\n")
    assert "the run is complete" in resume(base, sealed, capsys)[0]
    flip(sealed / WEIGHTS)
    assert "other bytes than adapter.sha256 says" in resume(base, sealed, capsys, code=2)[0]


def test_a_damaged_manifest_of_a_finished_run_is_named(base, tmp_path, capsys, runs):
    out = copy(runs, "whole", tmp_path / "run")
    cut(out / "manifest.json")
    said, reused = resume(base, out, capsys)
    assert "manifest.json is of no use" in said and "the run is complete" in reused


class Killed(BaseException):
    """What no library catches, as nothing catches a kill."""


def kill_at(monkeypatch, number):
    """From its call `number` on, every writing of a file fails. Returns the list of calls."""
    calls = []

    def deadly(function):
        def call(*args, **options):
            calls.append(function.__name__)
            if len(calls) >= number:
                raise Killed
            return function(*args, **options)

        return call

    for module, names in (
        (os, ("replace", "rename")),
        (shutil, ("rmtree",)),
        (torch, ("save",)),
        (lora_checkpoint, ("write_manifest",)),
        (lora_trainer, ("write_json", "write_manifest", "place_checkpoint")),
        (lora_trainer.CompletionTrainer, ("log", "write_log", "check_weights")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, deadly(getattr(module, name)))
    return calls


def test_killed_at_any_moment_a_run_ends_with_the_same_bytes(base, tmp_path, capsys, runs):
    with pytest.MonkeyPatch.context() as patch:
        calls = kill_at(patch, 10**9)
        out = copy(runs, "stopped", tmp_path / "count")
        assert run(base, out, *FLAGS, "--resume") == 0
    # The first steps and their checkpoints, and the end; what is between is the same again.
    moments = [*range(1, 26, 2), *range(len(calls) - 9, len(calls) + 1)]
    for moment in moments:
        out = copy(runs, "stopped", tmp_path / "run")
        with pytest.MonkeyPatch.context() as patch:
            kill_at(patch, moment)
            with pytest.raises(Killed):
                run(base, out, *FLAGS, "--resume")
        lines = resume(base, out, capsys)
        assert not any("damaged" in line for line in lines), (moment, lines)
        assert_as_whole(out, runs)
        left = sorted(path.name for path in out.iterdir())
        assert left == sorted(path.name for path in (runs / "whole").iterdir()), moment
        shutil.rmtree(out)


# Of the largest file: the weights do not fit, the optimizer does not, the log does not.
@pytest.mark.parametrize("size", [50_000, 100_000, 1000])
def test_a_file_that_cannot_be_written_whole_is_one_line_with_its_path(
    base, tmp_path, capsys, size
):
    out = tmp_path / "run"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        assert run(base, out, "--checkpoint_seconds", 0) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith(TOLD)]
    assert len(lines) == 1 and str(out) in lines[0] and "cannot write" in lines[0]
    assert not (out / "checkpoints.partial").exists()
    assert run(base, out, "--resume") == 0
