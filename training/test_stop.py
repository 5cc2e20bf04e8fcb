"""Tests of stopping a run: by a signal, by the end of its parent, and of going on from there."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import lora_checkpoint
import lora_stop
import pytest
import train_lora
from testing.tiny_model import arguments, rows, run, stop_after, weights

HERE = Path(__file__).parent
# So many that no machine is done before the signal comes; never a checkpoint by the clock.
FLAGS = ("--epochs", 400, "--checkpoint_seconds", 1e6)


def start(base, out, *flags, before=(), **options):
    script = [sys.executable, str(HERE / "train_lora.py"), *arguments(base, out, *flags)]
    return subprocess.Popen([*before, *script], stderr=subprocess.PIPE, text=True, **options)


def wait_for_rows(process, out, count):
    log = out / "loss.jsonl"
    deadline = time.monotonic() + 120
    while not (log.exists() and log.read_text().count("\n") >= count):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)


def checkpoint_step(out):
    return lora_checkpoint.step_of(lora_checkpoint.last_checkpoint(out))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_loses_no_step(base, tmp_path, number, code):
    out = tmp_path / "run"
    process = start(base, out, *FLAGS)
    wait_for_rows(process, out, 5)
    process.send_signal(number)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == code
    done = len(rows(out))
    assert error.splitlines()[-1] == f"stopped after step {done} of 2000; run again to go on"
    assert "Traceback" not in error
    assert checkpoint_step(out) == done
    assert not (out / "adapter_model.safetensors").exists()


def test_stopped_twice_a_run_ends_as_if_it_had_not_been(base, tmp_path, capsys, monkeypatch):
    out = tmp_path / "run"
    for step in (3, 7):
        with monkeypatch.context() as patch:
            stop_after(patch, step)
            assert run(base, out, "--epochs", 2, "--resume") == 143
        assert f"stopped after step {step} of 10" in capsys.readouterr().err
        assert checkpoint_step(out) == step
    assert run(base, out, "--epochs", 2, "--resume") == 0
    assert "resumed at step 7 of 10" in capsys.readouterr().err
    assert run(base, tmp_path / "whole", "--epochs", 2) == 0
    assert weights(out) == weights(tmp_path / "whole")
    left, right = rows(out), rows(tmp_path / "whole")
    for row in [*left, *right]:
        row.pop("tokens_per_second")
    seconds = [row.pop("seconds") for row in left]
    assert 0 < seconds[0] and seconds == sorted(seconds), "time goes on over the stops"
    assert left == [{key: row[key] for key in row if "second" not in key} for row in right]


def test_a_signal_in_the_last_step_lets_the_run_end(base, tmp_path, monkeypatch):
    stop_after(monkeypatch, 5)
    assert run(base, tmp_path / "run") == 0
    assert (tmp_path / "run" / "adapter_model.safetensors").exists()


def test_before_the_first_step_a_run_ends_at_once(base, tmp_path, capsys, monkeypatch):
    def killed(path):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)

    monkeypatch.setattr(train_lora, "read_records", killed)
    assert run(base, tmp_path / "run") == 130
    assert capsys.readouterr().err == "stopped; run again to go on\n"


def test_one_ctrl_c_that_comes_twice_is_one_and_a_later_one_ends_at_once(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(lora_stop.time, "monotonic", lambda: now[0])
    stop = lora_stop.Stop()
    with stop:
        stop._hear(signal.SIGINT, None)
        now[0] += 0.2
        stop._hear(signal.SIGTERM, None)
        stop._hear(signal.SIGINT, None)
        now[0] += 2
        stop._hear(signal.SIGTERM, None)
        assert stop.number == signal.SIGINT
        with pytest.raises(lora_stop.Stopped) as stopped:
            stop._hear(signal.SIGINT, None)
    assert stopped.value.exit_code == 130


def test_signals_belong_to_their_owner_again_afterwards(base, tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert run(base, tmp_path / "run", "--max_tokens", 1) == 0
    assert run(base, tmp_path / "run") == 2
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_run_ends_with_the_process_that_started_it_and_saves_first(base, tmp_path, capsys):
    out = tmp_path / "run"
    starter = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    process = start(
        base,
        out,
        *FLAGS,
        before=[sys.executable, "-c", starter],
        env={**os.environ, "LAB_END_WITH_PARENT": "1"},
    )
    wait_for_rows(process, out, 3)
    process.kill()
    # The pipe closes when the last process that holds it ends.
    reader = threading.Thread(target=process.stderr.read, daemon=True)
    reader.start()
    reader.join(lora_stop.GRACE_SECONDS + 10)
    assert not reader.is_alive(), "training went on"
    process.wait()
    assert not (out / "adapter_model.safetensors").exists()
    assert checkpoint_step(out) == len(rows(out)) >= 3


def test_nobody_reading_its_lines_does_not_keep_a_run_from_saving(base, tmp_path):
    out = tmp_path / "run"
    process = start(base, out, *FLAGS)
    wait_for_rows(process, out, 3)
    process.stderr.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 143
    assert checkpoint_step(out) == len(rows(out))


def test_a_run_that_hangs_after_its_parent_is_gone_is_ended_hard(tmp_path):
    code = (
        "import lora_stop, time\n"
        "lora_stop.GRACE_SECONDS = 0.5\n"
        "stop = lora_stop.Stop()\n"
        "stop.listen()\n"
        "with stop:\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(300)\n"
    )
    starter = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    process = subprocess.Popen(
        [sys.executable, "-c", starter, sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "LAB_END_WITH_PARENT": "1", "PYTHONPATH": str(HERE)},
    )
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    reader = threading.Thread(target=process.stdout.read, daemon=True)
    reader.start()
    reader.join(20)
    assert not reader.is_alive()
    process.wait()
