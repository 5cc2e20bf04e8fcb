"""One optimizer step: its examples cut into pieces, and the gradient of its loss.

The loss of a step is the mean cross entropy over all its completion tokens, plus `kl_weight` times
the mean divergence from the base model over the completion tokens of its anchors. It does not
depend on how the examples are cut, packed or spread over devices.
"""

from contextlib import nullcontext

import torch
from lora_data import UsageError, say
from steps.lora_batches import cut, total_size
from steps.lora_graphs import GraphedBody, out_of_memory
from steps.lora_loss import cross_entropy_sum, divergence_sum
from steps.lora_packing import body_states, lay_out, make_piece

# What passes through the model where this process has no examples left and others have.
IDLE = {"input_ids": [0, 0], "labels": [-100, 0], "kind": "sql"}


def prepare(model, *, checkpointing):
    """Make a model learn as steps need it: in float32, and with what is recomputed set up.

    On a 4-bit base model TRL turns an adapter into bfloat16, whose steps are 1/256 of a weight: what
    a small learning rate adds would be rounded away. The trainer sets checkpointing up at its first
    step, but what memory is planned before depends on it; and a base model's own layers, which were
    loaded to answer, are not checkpointed until they are told to learn, as PEFT's are.
    """
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    model.train()
    if checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def flat_gradients(parameters):
    """One buffer for all gradients, and the view of each parameter's: {parameter: view}.

    The views stay where they are for as long as the training runs, as recorded graphs add to them.
    """
    parameters = list(parameters)
    total = sum(parameter.numel() for parameter in parameters)
    buffer = torch.zeros(total, dtype=torch.float32, device=parameters[0].device)
    parts = buffer.split([parameter.numel() for parameter in parameters])
    return buffer, {p: part.view_as(p) for p, part in zip(parameters, parts)}


class StepRunner:
    """Computes gradients of steps.

    - `model`: the PEFT model; `packed`: whether its attention is `lab_packed`.
    - `device_tokens`: what passes through the model at once, unless one example is longer.
    - `graphs`: None, or bounds of what graphs are recorded for: GraphedBody's arguments.
    - `autocast`: the type that matrix products take part in; None for the weights' own.
    - `seed`: None, or the tensor by which layers draw dropout (lora_triton.py), filled anew a piece.
    """

    def __init__(
        self,
        model,
        *,
        packed,
        device_tokens,
        kl_weight=0.0,
        autocast=None,
        graphs=None,
        seed=None,
    ):
        self.seed = seed
        self.model, self.packed, self.device_tokens = model, packed, device_tokens
        self.kl_weight, self.autocast = kl_weight, autocast
        self.device = next(model.parameters()).device
        self.body = model.get_base_model().get_decoder()
        self.head = model.get_output_embeddings()
        trainable = [p for p in model.parameters() if p.requires_grad]
        self.buffer, self.views = flat_gradients(trainable)
        self.ready = {}
        self.graphed = None
        if graphs:
            self.graphed = GraphedBody(self.body, device=self.device, **graphs)

    def passes(self, examples):
        """How often examples pass through the model, as they are cut now."""
        return len(cut(examples, self.device_tokens, packed=self.packed))

    def prefetch(self, examples):
        """Lay out the pieces of the next step while the device still works on this one."""
        self.ready = {
            tuple(map(id, chosen)): lay_out(chosen, packed=self.packed)
            for chosen in cut(examples, self.device_tokens, packed=self.packed)
        }

    def gradient(self, examples, *, tokens, anchor_tokens, passes=0):
        """Leave the step's gradient in the parameters; returns (cross entropy, divergence).

        `examples` are this device's, `tokens` and `anchor_tokens` the completion tokens of the
        whole step on all devices, without and of anchors. The returned parts of the loss are
        tensors on the device, this device's share of the step's means. With `passes`, the model is
        passed exactly so often, as others wait for its shards: pieces are not halved then.
        """
        for parameter, view in self.views.items():
            parameter.grad = view
        entropy = torch.zeros((), device=self.device)
        divergence = torch.zeros((), device=self.device)

        def begin():
            self.buffer.zero_()
            entropy.zero_()
            divergence.zero_()

        def work(piece, factor):
            parts = self._piece(piece, tokens, anchor_tokens, factor)
            entropy.add_(parts[0])
            divergence.add_(parts[1])

        self._each_piece(examples, passes, begin, work)
        return entropy, divergence

    def _each_piece(self, examples, passes, begin, work):
        """Call `work(piece's examples, factor)` for all pieces, with smaller ones if memory is short.

        `begin()` takes back what `work` has summed: a piece that finds no memory in its backward
        pass has added the gradient of some layers already, so all pieces are worked anew. The
        factor is 1, or 0 for a pass that only others need.
        """
        while True:
            pieces = cut(examples, self.device_tokens, packed=self.packed)
            begin()
            try:
                for _ in range(passes - len(pieces)):
                    work([IDLE], 0)
                for piece in pieces:
                    work(piece, 1)
                return
            except RuntimeError as error:
                if out_of_memory(error) is None:
                    raise
                failed = str(out_of_memory(error)).split(". ")[0]
                if passes:
                    raise UsageError(
                        f"there is no memory for {self.device_tokens} tokens at once: give a "
                        "smaller --device_tokens"
                    ) from error
            self._shrink(piece)  # here the failed piece's tensors are gone
            say(f"{failed}: from here on {self.device_tokens} tokens at once")

    def clip(self, most):
        """Scale the step's gradient to a norm of at most `most`; returns the norm it had."""
        norm = self.buffer.norm()
        self.buffer.mul_((most / (norm + 1e-6)).clamp(max=1))
        return norm

    def _shrink(self, examples):
        """Need less memory than for a piece that found none: no graphs, or smaller pieces."""
        if self.graphed and self.graphed.recordings:
            # Their memory may be what is missing.
            self.graphed.forget()
            torch.cuda.empty_cache()
            return
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if len(examples) == 1:
            length = len(examples[0]["input_ids"])
            raise UsageError(
                f"there is no memory for one example of {length} tokens: train with a smaller "
                "max_length, a smaller model or quantization nf4"
            )
        self.device_tokens = max(1, min(self.device_tokens, total_size(examples)) // 2)

    def _piece(self, examples, tokens, anchor_tokens, factor):
        host = self.ready.get(tuple(map(id, examples)))
        piece = make_piece(examples, packed=self.packed, device=self.device, host=host)
        if self.seed is not None:
            self.seed.random_()
        recorded = self.graphed.forward(piece) if self.graphed else None
        if recorded:
            states = recorded.states
        else:
            with self._types():
                states = body_states(self.body, piece)
        # The output layer works on a copy of the rows that count: its gradient is theirs alone.
        rows = states.detach()[piece.places].requires_grad_()
        base = self._base_rows(piece) if piece.anchors and self.kl_weight else None
        entropy, divergence = self._losses(piece, rows, base, tokens, anchor_tokens)
        (factor * (entropy + self.kl_weight * divergence)).backward()
        if recorded:
            recorded.slope.zero_().index_copy_(0, piece.places, rows.grad)
            recorded.backward_graph.replay()
        else:
            slope = torch.zeros_like(states).index_copy_(0, piece.places, rows.grad)
            torch.autograd.backward(states, slope)
        return factor * entropy.detach(), factor * divergence.detach()

    def _losses(self, piece, rows, base, tokens, anchor_tokens):
        plain = len(piece.places) - piece.anchors
        entropy = divergence = torch.zeros((), device=self.device)
        if plain:
            total = cross_entropy_sum(rows[:plain], self.head, piece.targets[:plain])
            entropy = total / tokens
        if base is not None:
            divergence = divergence_sum(rows[plain:], base, self.head) / anchor_tokens
        return entropy, divergence

    def _base_rows(self, piece):
        """The base model's states at the anchors' places: without adapter and without dropout."""
        training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad(), self.model.disable_adapter(), self._types():
                anchors = piece.places[len(piece.places) - piece.anchors :]
                return body_states(self.body, piece)[anchors]
        finally:
            self.model.train(training)

    def _types(self):
        if self.autocast is None:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=self.autocast)

    @torch.no_grad()
    def loss_sum(self, examples, *, passes=0):
        """Sum of the cross entropy (nats) of completion tokens, no dropout; and their number."""
        training = self.model.training
        self.model.eval()
        total, count = torch.zeros((), device=self.device), 0

        def begin():
            nonlocal count
            total.zero_()
            count = 0

        def work(chosen, factor):
            nonlocal count
            piece = make_piece(chosen, packed=self.packed, device=self.device)
            with self._types():
                rows = body_states(self.body, piece)[piece.places]
            total.add_(factor * cross_entropy_sum(rows, self.head, piece.targets))
            count += factor * len(piece.places)

        try:
            self._each_piece(examples, passes, begin, work)
        finally:
            self.model.train(training)
        return total, count
