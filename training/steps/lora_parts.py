"""What the loss of a step is made of."""

import torch


class StepParts:
    """Cross entropy and divergence of a step: on the device until they are read, once."""

    def __init__(self, kl_weight):
        self.kl_weight = kl_weight
        self.losses, self.divergences = [], []
        # of the step that was read last: nats a token, None without anchors
        self.divergence = None
        self.anchors_alone = False

    def add(self, entropy, divergence, *, tokens, anchors):
        """Take a step's parts; returns its loss.

        `tokens` and `anchors` are the completion tokens of the whole step, without and of anchors.
        """
        # It is never below 0 but by rounding.
        divergence = divergence.clamp(min=0)
        loss = entropy + self.kl_weight * divergence
        # A step of anchors alone has no cross entropy.
        self.anchors_alone = not tokens
        self.losses.append((entropy if tokens else loss).float())
        if anchors:
            self.divergences.append(divergence.float())
        return loss

    def read(self, norm):
        """The loss and the gradient's norm as numbers: the device is waited for once."""
        parts = [*self.losses, *self.divergences, norm.float()]
        *values, norm = torch.stack(parts).tolist()
        losses, divergences = values[: len(self.losses)], values[len(self.losses) :]
        self.divergence = sum(divergences) if divergences else None
        self.losses.clear()
        self.divergences.clear()
        return sum(losses), norm
