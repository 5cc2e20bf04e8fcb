"""The trainer of train_lora.py: its steps, the check of each, its log and its checkpoints."""

import json
import math
import os
import re
import shutil
import time
from pathlib import Path

import lora_devices
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
from lora_checks import SoundTraining
from lora_data import UsageError, say, write_json
from lora_folder import ADAPTER_CONFIG, RUN
from lora_manifest import put_aside, write_manifest
from lora_watch import (
    HELD_OUT,
    Progress,
    SaveAndStop,
    checkpoint_name,
    checkpoint_steps,
    chosen_checkpoint,
    held_out_losses,
    patience_is_over,
    place_adapter,
    write_adapter,
)
from steps.lora_batches import labelled, share
from steps.lora_parts import StepParts
from steps.lora_step import prepare
from torch.utils.data import DataLoader
from trl import SFTTrainer


class CompletionTrainer(SoundTraining, SFTTrainer):
    """SFTTrainer that takes whole optimizer steps, with a log and checkpoints that are never half.

    - `steps[i]` are the examples of step i + 1, `tokens[i]` the training tokens seen after it.
    - `make_runner(model)` gives what computes a step's gradient (lora_step.py).
    - `held_out` are examples whose loss is measured after each of `checkpoints` equal parts, at
      which the adapter is kept; `patience` of these without a lower loss end the training.
    - `stop.number` is looked at after each step: where it is set, a state to resume from is written
      and training ends.
    """

    def __init__(
        self,
        *,
        steps,
        tokens,
        make_runner,
        held_out,
        checkpoints,
        patience,
        checkpoint_seconds,
        stop,
        spread=False,
        **kwargs,
    ):
        self.spread = spread
        super().__init__(**kwargs)
        prepare(self.model, checkpointing=self.args.gradient_checkpointing)
        if spread:
            lora_devices.spread(self.model)
        lora_devices.same_start(p for p in self.model.parameters() if p.requires_grad)
        self.run_dir = Path(self.args.output_dir)
        self.steps, self.tokens = steps, tokens
        self.held_out, self.patience = held_out, patience
        self.keep_at = checkpoint_steps(len(tokens), checkpoints) if checkpoints else []
        self.checkpoint_seconds, self.stop = checkpoint_seconds, stop
        self.runner = make_runner(self.model)
        # The runner zeroes its one buffer; to walk all modules each step took a third of what a
        # step costs the host.
        self.model.zero_grad = lambda set_to_none=True: None
        self.first_step = 0
        self.seconds_before = 0.0
        self.step_parts = StepParts(self.runner.kl_weight)
        self.rows = []
        self.stopped_early = False
        self.add_callback(SaveAndStop(self))

    @property
    def finished(self):
        return self.stopped_early or self.state.global_step == len(self.tokens)

    def get_train_dataloader(self):
        """The steps in order, one at a time; accelerate has no part in it."""
        return DataLoader(self.steps, batch_size=1, shuffle=False, collate_fn=lambda rows: rows[0])

    def floating_point_ops(self, inputs):
        return 0

    def _move_model_to_device(self, model, device):
        # What one device cannot hold goes there a shard at a time.
        if not self.spread:
            super()._move_model_to_device(model, device)

    def _wrap_model(self, model, *args, **kwargs):
        return lora_devices.AsItIs(model) if lora_devices.world() > 1 else model

    def training_step(self, model, inputs, num_items_in_batch=None):
        tokens, anchors = labelled(inputs, anchors=False), labelled(inputs, anchors=True)
        mine, passes = self._mine(inputs)
        entropy, divergence = self.runner.gradient(
            mine, tokens=tokens, anchor_tokens=anchors, passes=passes
        )
        lora_devices.add_up(self.runner.buffer, entropy, divergence)
        following = self.state.global_step + 1
        if following < len(self.steps):
            self.runner.prefetch(self._mine(self.steps[following])[0])
        return self.step_parts.add(entropy, divergence, tokens=tokens, anchors=anchors)

    def _mine(self, examples):
        """This process's examples; with a model spread over all, how often each has to pass."""
        parts = share(examples, lora_devices.world())
        passes = max(map(self.runner.passes, parts)) if self.spread else 0
        return parts[lora_devices.rank()], passes

    def _clip_grad_norm(self, model):
        """Clip the gradient of a step whose loss and gradient norm are sound.

        transformers calls this between the backward pass and the optimizer, so what is refused here
        never reaches the weights.
        """
        norm = self.runner.clip(self.args.max_grad_norm)
        loss, value = self.step_parts.read(norm)
        self.check_step(self.state.global_step + 1, loss, value)
        return norm

    def begin(self):
        """Cut the loss log back to the last good checkpoint, and return its folder, if any."""
        last, self.rows = lora_devices.from_first(self._take_up)
        if last:
            self.first_step = step_of(Path(last))
            self.seconds_before = json.loads(self.rows[-1])["seconds"] if self.rows else 0.0
        self.started = self.saved = self.logged = time.monotonic()
        self.progress = Progress(self.tokens, self.first_step)
        return last

    def _take_up(self):
        had = last_checkpoint(self.run_dir)
        last = good_checkpoint(self.run_dir, len(self.tokens))
        log = self.run_dir / LOG
        if last:
            self.rows = kept_rows(self.run_dir, last)
            say(f"resumed at step {step_of(last)} of {len(self.tokens)}")
        elif had or (log.exists() and log.stat().st_size > 0):
            none = "no good checkpoint is left" if had else "there is no checkpoint"
            say(f"{none} in {self.run_dir}: training starts again from step 0")
        self.write_log()
        return (str(last) if last else None), self.rows

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
        before = self.tokens[step - 2] if step > 1 else 0
        row = {
            "step": step,
            "loss": logs["loss"],
            "gradient_norm": logs["grad_norm"],
            "learning_rate": logs["learning_rate"],
            "tokens": self.tokens[step - 1],
            "tokens_per_second": round((self.tokens[step - 1] - before) / (now - self.logged), 1),
            "seconds": round(self.seconds_before + now - self.started, 3),
        }
        # Apart from the cross entropy, which is the loss less the weight times this.
        if self.step_parts.divergence is not None:
            row["divergence"] = self.step_parts.divergence
        if step in self.keep_at:
            self._keep(row)
        self.logged = time.monotonic()
        self.rows.append(json.dumps(row))
        if lora_devices.rank() == 0:
            with open(self.run_dir / LOG, "a", encoding="utf-8") as log:
                log.write(self.rows[-1] + "\n")
            self.progress.show(step, logs["loss"])
        if self.args.report_to:
            self.control = self.callback_handler.on_log(self.args, self.state, self.control, row)
        # a held-out loss is new at these steps only
        if self.patience and step in self.keep_at and not self.finished:
            self._stop_if_over(step)

    def _stop_if_over(self, step):
        if patience_is_over(held_out_losses(self.rows), self.patience):
            self.stopped_early = True
            self.control.should_training_stop, self.control.should_save = True, False
            say(f"stopped early after step {step}: the held-out loss has not fallen again")

    def _keep(self, row):
        """Keep the adapter as it is now, and add its held-out loss to the row of the log."""
        step = row["step"]
        if self.held_out:
            row[HELD_OUT] = self.held_out_loss()
            if not math.isfinite(row[HELD_OUT]):
                raise self.fault(f"the held-out loss after step {step} is {row[HELD_OUT]}")
            say(f"step {step}: held-out loss {row[HELD_OUT]:.4f}")
        if lora_devices.rank() == 0:
            folder = self.run_dir / "checkpoints" / checkpoint_name(step)
            folder.parent.mkdir(exist_ok=True)
            place_adapter(
                self.model, folder, lambda path: self.check_weights(path, f"checkpoint {step}")
            )

    def held_out_loss(self):
        """Mean cross entropy (nats) of the held-out completion tokens."""
        mine, passes = self._mine(self.held_out)
        total, count = self.runner.loss_sum(mine, passes=passes)
        sums = torch.stack([total.double(), torch.tensor(count, device=total.device).double()])
        lora_devices.add_up(sums)
        total, count = sums.tolist()
        return total / count

    def _save_checkpoint(self, model, trial):
        if lora_devices.rank() == 0:
            self._write_checkpoint(model, trial)
        self.saved = time.monotonic()

    def _write_checkpoint(self, model, trial):
        partial = self.run_dir / "checkpoints.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self.args.output_dir = str(partial)
        name = f"checkpoint-{self.state.global_step}"
        try:
            # SFTTrainer's own method would write a model card; the one above it writes the state.
            super(SFTTrainer, self)._save_checkpoint(model, trial)
            if lora_devices.world() > 1:
                # Of several processes the first one's random state alone is kept.
                os.replace(partial / name / "rng_state_0.pth", partial / name / "rng_state.pth")
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

    def save_adapter(self, facts):
        """Write the run's files, the weights last: where they are, the run is complete.

        The adapter is that of the last step; of a training with a patience, the chosen one.
        """
        partial = self.run_dir / "adapter.partial"
        weights = self.run_dir / WEIGHTS
        # Where another file of the finished run was damaged, or somebody has put some there since.
        if weights.exists():
            say(f"{weights} was there already: put aside as {put_aside(weights, '.before').name}")
        losses = held_out_losses(self.rows)
        chosen = chosen_checkpoint(losses)
        last = self.state.global_step
        step = chosen[0] if chosen and self.patience else last
        try:
            if step == last:
                write_adapter(self.model, partial)
            else:
                shutil.copytree(self.run_dir / "checkpoints" / checkpoint_name(step), partial)
            self.check_weights(partial / WEIGHTS, "the adapter")
            os.replace(partial / ADAPTER_CONFIG, self.run_dir / ADAPTER_CONFIG)
            self.write_log()
            record = {
                **facts,
                "steps": last,
                "adapter_step": step,
                "stopped_early": self.stopped_early,
                "checkpoints": [at for at in self.keep_at if at <= last],
                "held_out_losses": [{"step": at, "loss": loss} for at, loss in losses],
                "chosen_checkpoint": chosen[0] if chosen else None,
            }
            write_json(self.run_dir / RUN, record)
            others = [self.run_dir / at for at in (ADAPTER_CONFIG, "environment.json", LOG, RUN)]
            write_manifest(self.run_dir, [partial / WEIGHTS, *others])
            os.replace(partial / WEIGHTS, weights)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
