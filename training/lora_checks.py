"""What a training refuses while it runs: losses, gradients and weights that are not finite."""

import math

from lora_checkpoint import last_checkpoint
from lora_data import UsageError
from safetensors import safe_open


def names_not_finite(path):
    """Names of the tensors in a safetensors file that hold a value that is not finite."""
    with safe_open(path, framework="pt") as file:
        return [name for name in file.keys() if not file.get_tensor(name).isfinite().all()]


class SoundTraining:
    """The checks of a trainer that has `model`, `run_dir` and `step_parts`."""

    def check_step(self, step, loss, gradient_norm):
        """Refuse a loss or a gradient norm that no sound training has.

        A loss of exactly 0 is refused too. In float32 a token's cross entropy is 0 only where its
        logit is some 17 nats above all others; that every labelled token of a batch is so happens
        only to a model that has long learnt its data by heart, and such a step teaches nothing.
        Far more often it means that the loss was not computed. A step of anchors alone has the
        penalty as its loss, which is 0 as long as the adapter has changed nothing.
        """
        for name, value in (("loss", loss), ("gradient norm", gradient_norm)):
            if not math.isfinite(value):
                self.check_base_model(f"the {name} of step {step} is {value}")
                raise self.fault(f"the {name} of step {step} is {value}, so the step was not taken")
        if loss == 0 and not self.step_parts.anchors_alone:
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
