"""The trainer of train_lora.py: its loss, its checks of every step, its log and its checkpoints."""

import json
import math
import os
import re
import shutil
import time
from pathlib import Path

import torch
from lora_checkpoint import (
    LOG,
    WEIGHTS,
    good_checkpoint,
    kept_rows,
    last_checkpoint,
    place_checkpoint,
    step_of,
)
from lora_data import UsageError, say, write_json
from lora_folder import ADAPTER_CONFIG
from lora_manifest import put_aside, write_manifest
from safetensors import safe_open
from transformers import TrainerCallback
from trl import SFTTrainer

REPORT_SECONDS = 5


def completion_loss(model, inputs, num_items=None):
    """Mean negative log-likelihood (nats) of the labelled tokens, `num_items` of them if given.

    Equal to the model's own loss, with two things left out:

    - The attention mask. Rows are padded on the right and attention is causal, so no position that
      counts can see padding, and what padding computes has no label. Without a mask torch takes
      its flash kernel; with one its bfloat16 gradients can be NaN (lora_run.py says where).
    - The LM head at positions that predict no labelled token: with a vocabulary of 49k it is a
      fifth of the work of a 135M model, and most positions are prompt. TRL 1.16 skips them where
      it has Triton, but scores every position on a CPU.
    """
    targets = inputs["labels"][:, 1:]
    # Found before the model runs: a GPU has to be waited for here, and now it has nothing to do.
    places = (targets != -100).nonzero(as_tuple=True)
    head = model.get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, args: (args[0][:, :-1][places],))
    try:
        logits = model(input_ids=inputs["input_ids"], use_cache=False).logits
    finally:
        hook.remove()
    total = torch.nn.functional.cross_entropy(logits.float(), targets[places], reduction="sum")
    return total / (len(places[0]) if num_items is None else num_items)


def names_not_finite(path):
    """Names of the tensors in a safetensors file that hold a value that is not finite."""
    with safe_open(path, framework="pt") as file:
        return [name for name in file.keys() if not file.get_tensor(name).isfinite().all()]


class CompletionTrainer(SFTTrainer):
    """SFTTrainer with the loss above, a plain progress log, and checkpoints that are never half.

    `tokens[i]` is the number of training tokens after step i + 1. `stop.number` is looked at after
    each step: where it is set, a checkpoint is written and training ends.
    """

    def __init__(self, *, tokens, checkpoint_seconds, stop, **kwargs):
        super().__init__(**kwargs)
        self.run_dir = Path(self.args.output_dir)
        self.tokens = tokens
        self.checkpoint_seconds = checkpoint_seconds
        self.stop = stop
        self.first_step = 0
        self.seconds_before = 0.0
        self.step_losses = []
        self.rows = []
        self.add_callback(SaveAndStop(self))

    @property
    def finished(self):
        return self.state.global_step == len(self.tokens)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        loss = completion_loss(model, inputs, num_items_in_batch)
        self.step_losses.append(loss.detach().float())
        return loss

    def _clip_grad_norm(self, model):
        """Clip the gradient of a step whose loss and gradient norm are sound.

        transformers calls this between the backward pass and the optimizer, so what is refused here
        never reaches the weights.
        """
        norm = super()._clip_grad_norm(model)
        # The device is waited for once.
        *losses, value = torch.stack([*self.step_losses, norm.float()]).tolist()
        self.step_losses.clear()
        self.check_step(self.state.global_step + 1, sum(losses), value)
        return norm

    def check_step(self, step, loss, gradient_norm):
        """Refuse a loss or a gradient norm that no sound training has.

        A loss of exactly 0 is refused too. In float32 a token's cross entropy is 0 only where its
        logit is some 17 nats above all others; that every labelled token of a batch is so happens
        only to a model that has long learnt its data by heart, and such a step teaches nothing.
        Far more often it means that the loss was not computed.
        """
        for name, value in (("loss", loss), ("gradient norm", gradient_norm)):
            if not math.isfinite(value):
                self.check_base_model(f"the {name} of step {step} is {value}")
                raise self.fault(f"the {name} of step {step} is {value}, so the step was not taken")
        if loss == 0:
            raise self.fault(f"the loss of step {step} is exactly 0, so the step was not taken")

    def check_base_model(self, what):
        """Refuse a base model with values that are not finite: no learning rate mends that.

        LoRA's own weights are left out, which a training can ruin. Called where something is wrong
        already, as it reads all weights.
        """
        bad = [
            name.removeprefix("base_model.model.").replace(".base_layer.", ".")
            for name, weight in self.model.named_parameters()
            if not weight.requires_grad and not weight.isfinite().all()
        ]
        if bad:
            raise UsageError(
                f"{what}, as the base model has values that are not finite ({len(bad)} tensors, "
                f"the first is {bad[0]}): get the model's files anew"
            )

    def check_weights(self, path, name):
        """Refuse an adapter file with values that are not finite."""
        bad = names_not_finite(path)
        if bad:
            raise self.fault(
                f"{name} has values that are not finite, so it was not kept ({len(bad)} tensors, "
                f"the first is {bad[0]})"
            )

    def fault(self, what):
        last = last_checkpoint(self.run_dir)
        kept = f"the last good checkpoint is kept in {last}" if last else "there is no checkpoint"
        return UsageError(f"{what}; {kept}; train anew with a lower learning rate")

    def begin(self):
        """Cut the loss log back to the last good checkpoint, and return its folder, if any."""
        had = last_checkpoint(self.run_dir)
        last = good_checkpoint(self.run_dir, len(self.tokens))
        log = self.run_dir / LOG
        if last:
            self.first_step = step_of(last)
            self.rows = kept_rows(self.run_dir, last)
            self.seconds_before = json.loads(self.rows[-1])["seconds"] if self.rows else 0.0
            say(f"resumed at step {self.first_step} of {len(self.tokens)}")
        elif had or (log.exists() and log.stat().st_size > 0):
            none = "no good checkpoint is left" if had else "there is no checkpoint"
            say(f"{none} in {self.run_dir}: training starts again from step 0")
        self.write_log()
        self.started = self.reported = self.saved = time.monotonic()
        return str(last) if last else None

    def write_log(self):
        log = self.run_dir / LOG
        partial = log.with_name(LOG + ".partial")
        partial.write_text("".join(row + "\n" for row in self.rows), encoding="utf-8")
        os.replace(partial, log)

    def log(self, logs, start_time=None):
        if "loss" not in logs:
            return
        step, now = self.state.global_step, time.monotonic()
        # The same check once more, of the very numbers that are written.
        self.check_step(step, logs["loss"], logs["grad_norm"])
        seconds = self.seconds_before + now - self.started
        row = {
            "step": step,
            "loss": logs["loss"],
            "gradient_norm": logs["grad_norm"],
            "learning_rate": logs["learning_rate"],
            "tokens": self.tokens[step - 1],
            "seconds": round(seconds, 3),
        }
        self.rows.append(json.dumps(row))
        with open(self.run_dir / LOG, "a", encoding="utf-8") as log:
            log.write(self.rows[-1] + "\n")
        if now - self.reported < REPORT_SECONDS and not self.finished:
            return
        self.reported = now
        before = self.tokens[self.first_step - 1] if self.first_step else 0
        rate = (self.tokens[step - 1] - before) / (now - self.started)
        left = (self.tokens[-1] - self.tokens[step - 1]) / rate
        say(
            f"step {step}/{len(self.tokens)}  loss {logs['loss']:.3f}  {rate:.0f} tokens/s  "
            f"{math.ceil(left)} s left"
        )

    def _save_checkpoint(self, model, trial):
        partial = self.run_dir / "checkpoints.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self.args.output_dir = str(partial)
        name = f"checkpoint-{self.state.global_step}"
        try:
            # SFTTrainer's own method would write a model card; the one above it writes the state.
            super(SFTTrainer, self)._save_checkpoint(model, trial)
            self.check_weights(partial / name / WEIGHTS, name)
            place_checkpoint(self.run_dir, partial / name, self.rows)
        except Exception as error:
            # On a full disk its place is needed.
            shutil.rmtree(partial, ignore_errors=True)
            # torch drops the operating system's error: "unexpected pos 47424 vs 47312".
            why = (str(error).splitlines() or [""])[0]
            if isinstance(error, RuntimeError) and re.search("inline_container|iostream", why):
                line = f"cannot write {partial / name}: is the disk full? ({why})"
                raise UsageError(line) from error
            raise
        finally:
            self.args.output_dir = str(self.run_dir)
        self.saved = time.monotonic()

    def save_adapter(self):
        """Write the run's files, the weights last: where they are, the run is complete."""
        partial = self.run_dir / "adapter.partial"
        weights = self.run_dir / WEIGHTS
        # Where another file of the finished run was damaged, or somebody has put some there since.
        if weights.exists():
            say(f"{weights} was there already: put aside as {put_aside(weights, '.before').name}")
        try:
            self.model.save_pretrained(partial)
            self.check_weights(partial / WEIGHTS, "the adapter")
            config = json.loads((partial / ADAPTER_CONFIG).read_text(encoding="utf-8"))
            # PEFT writes this set in an order that changes from process to process.
            if isinstance(config["target_modules"], list):
                config["target_modules"].sort()
            write_json(self.run_dir / ADAPTER_CONFIG, config)
            self.write_log()
            others = [self.run_dir / name for name in (ADAPTER_CONFIG, "environment.json", LOG)]
            write_manifest(self.run_dir, [partial / WEIGHTS, *others])
            os.replace(partial / WEIGHTS, weights)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


class SaveAndStop(TrainerCallback):
    """Ask for a checkpoint when enough time has passed since the last one, or to stop after it."""

    def __init__(self, trainer):
        self.trainer = trainer

    def on_step_end(self, args, state, control, **kwargs):
        due = time.monotonic() - self.trainer.saved >= self.trainer.checkpoint_seconds
        asked = bool(self.trainer.stop.number)
        # The last step is followed by the adapter itself.
        control.should_save = (due or asked) and not self.trainer.finished
        control.should_training_stop = control.should_training_stop or asked
