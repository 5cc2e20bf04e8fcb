"""Several processes, one a GPU, as `accelerate launch` starts them.

The base model is the same in all, or spread over them (`spread`, for what one GPU cannot hold). The
adapter is whole in every process: gradients are added up in one transfer a step, so pieces may
differ in number from process to process, and adapters and checkpoints are those of one process.
"""

import os

# Threads that spin while they wait make training several times slower where other programs use the
# same cores (3 to 5 times for its matrix products on 2 busy cores). The threads' library reads this
# once, when torch is loaded: of the trainer's modules this one loads it first.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch  # noqa: E402
from lora_data import UsageError  # noqa: E402

# Set by `accelerate launch` with a configuration of distributed_type FSDP.
SPREAD = "ACCELERATE_USE_FSDP"


def rank():
    return int(os.environ.get("RANK", "0"))


def world():
    return int(os.environ.get("WORLD_SIZE", "1"))


def claim_spread():
    """Whether the launcher asked for FSDP; accelerate itself is not to wrap the model then."""
    return os.environ.pop(SPREAD, "false").lower() in ("true", "1")


def begin():
    """Join the other processes, where there are any."""
    if world() > 1:
        from accelerate import PartialState

        PartialState(cpu=not torch.cuda.is_available())


def end():
    """Part from the other processes."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def from_first(work):
    """The result of `work()`, which only the first process does; its UsageError is everybody's."""
    if world() == 1:
        return work()
    box = [None, None]
    if rank() == 0:
        try:
            box[0] = work()
        except UsageError as error:
            box[1] = str(error)
    torch.distributed.broadcast_object_list(box)
    if box[1] is not None:
        raise UsageError(box[1])
    return box[0]


def anywhere(*flags):
    """Which of these truths hold in any process."""
    if world() == 1:
        return flags
    device = "cuda" if torch.cuda.is_available() else "cpu"
    told = torch.tensor([int(flag) for flag in flags], device=device)
    torch.distributed.all_reduce(told, op=torch.distributed.ReduceOp.MAX)
    return tuple(bool(flag) for flag in told.tolist())


def add_up(*tensors):
    """Add each tensor up over all processes, in place."""
    if world() > 1:
        for tensor in tensors:
            torch.distributed.all_reduce(tensor)


def same_start(parameters):
    """Give every process the first one's values."""
    if world() > 1:
        for parameter in parameters:
            torch.distributed.broadcast(parameter.data, 0)


def spread(model):
    """Shard the frozen layers of a PEFT model over all processes (FSDP2), its adapter left whole.

    Each layer is gathered when its turn comes. The embedding, the last norm and the output layer
    stay whole as well: they are a small part, and the loss needs the output layer at once.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    device = "cuda" if torch.cuda.is_available() else "cpu"
    mesh = init_device_mesh(device, (world(),))
    decoder = model.get_base_model().get_decoder()
    adapter = {p for p in model.parameters() if p.requires_grad}
    whole = adapter | {p for p in decoder.parameters()}
    for layer in decoder.layers:
        whole -= set(layer.parameters()) - adapter
        fully_shard(layer, mesh=mesh, ignored_params=adapter)
    fully_shard(decoder, mesh=mesh, ignored_params=whole)
    if device == "cuda":
        place = torch.device("cuda", torch.cuda.current_device())
        for parameter in model.parameters():
            if parameter in adapter or parameter.device.type == "cpu":
                parameter.data = parameter.data.to(place)
        for buffer in model.buffers():
            buffer.data = buffer.data.to(place)


class AsItIs(torch.nn.Module):
    """A model that several processes hold: accelerate shall not wrap it, as gradients are ours."""

    def __init__(self, model):
        super().__init__()
        self.module = model

    def zero_grad(self, set_to_none=True):
        self.module.zero_grad(set_to_none)
