"""The loss of a step: cross entropy of labelled tokens, and divergence from the base model.

Both are sums over tokens in nats, taken a chunk of tokens at a time. The output layer is frozen, so
the gradient of its input is all that is needed; it is computed along with the loss, and no chunk's
logits outlive the chunk. With a vocabulary of 152,000 words float32 logits of 4,000 tokens would
take 2.4 GB, and their gradient as much again.
"""

import torch
from lora_data import UsageError

# Tokens whose logits are held at once: with 152,000 words 312 MB in float32.
CHUNK_TOKENS = 512


class _CrossEntropy(torch.autograd.Function):
    """Sum of -log p(target) over tokens; `head` is [words, width] and gets no gradient."""

    @staticmethod
    def forward(ctx, hidden, head, bias, targets, chunk):
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        wanted = ctx.needs_input_grad[0]
        gradient = torch.empty_like(hidden) if wanted else None
        for at in range(0, len(hidden), chunk):
            rows = slice(at, at + chunk)
            logits = torch.nn.functional.linear(hidden[rows], head, bias).float()
            aim = targets[rows, None]
            normalizer = logits.logsumexp(dim=-1, keepdim=True)
            total += (normalizer - logits.gather(1, aim)).sum()
            if wanted:
                # d loss / d logits = softmax - one-hot
                slope = logits.sub_(normalizer).exp_()
                slope.scatter_add_(1, aim, torch.full_like(aim, -1, dtype=slope.dtype))
                gradient[rows] = slope.to(head.dtype) @ head
        ctx.gradient = gradient
        return total

    @staticmethod
    def backward(ctx, upstream):
        return ctx.gradient * upstream.to(ctx.gradient.dtype), None, None, None, None


class _Divergence(torch.autograd.Function):
    """Sum over tokens of KL(base || tuned); `base` are the base model's states, [tokens, width]."""

    @staticmethod
    def forward(ctx, hidden, base, head, bias, chunk):
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        wanted = ctx.needs_input_grad[0]
        gradient = torch.empty_like(hidden) if wanted else None
        for at in range(0, len(hidden), chunk):
            rows = slice(at, at + chunk)
            linear = torch.nn.functional.linear
            was = linear(base[rows], head, bias).float().log_softmax(dim=-1)
            now = linear(hidden[rows], head, bias).float().log_softmax(dim=-1)
            share = was.exp()
            total += (share * (was - now)).sum()
            if wanted:
                # d KL / d logits of the tuned model = its probabilities - the base model's
                gradient[rows] = (now.exp_() - share).to(head.dtype) @ head
        ctx.gradient = gradient
        return total

    @staticmethod
    def backward(ctx, upstream):
        return ctx.gradient * upstream.to(ctx.gradient.dtype), None, None, None, None


def cross_entropy_sum(hidden, head, targets, *, chunk=CHUNK_TOKENS):
    """Sum of the negative log-likelihoods (nats) of `targets`.

    `hidden` [tokens, width] are the states that predict them, `head` the frozen output layer (its
    bias, if any, counts). The gradient for `hidden` is exact; the output layer gets none.
    """
    return _CrossEntropy.apply(hidden, head.weight, head.bias, targets, chunk)


def divergence_sum(hidden, base, head, *, chunk=CHUNK_TOKENS):
    """Sum over tokens of KL(base || tuned) in nats, of states `hidden` and `base` [tokens, width].

    Base and tuned model share the frozen output layer `head`. No gradient goes to `base`.
    """
    return _Divergence.apply(hidden, base, head.weight, head.bias, chunk)


@torch.no_grad()
def check_logits(model):
    """Refuse a model whose logits are more than its output layer's product with its last states.

    The losses here are those of that product. Some families cap or scale it (Gemma 2, Granite,
    Cohere): they would learn another loss than their own.
    """
    words = model.get_input_embeddings().weight
    ids = torch.arange(min(16, words.shape[0]), device=words.device)[None]
    states = model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state
    ours = model.get_output_embeddings()(states).float()
    theirs = model(input_ids=ids, use_cache=False).logits.float()
    if (ours - theirs).abs().max() > 1e-3 * theirs.abs().max():
        raise UsageError(
            f"models of type {model.config.model_type} change the logits that their output layer "
            "gives (by a cap or a factor): they cannot be trained here"
        )
