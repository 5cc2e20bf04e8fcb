"""The model's body as CUDA graphs: a piece costs two launches instead of thousands.

A step of a small model on a fast GPU waits for Python: 24 layers are some 4,000 launches. A graph
records the launches of the body (everything but the output layer) once for a number of tokens, and
replays them. Pieces are filled up to a multiple of GRAIN tokens, by an example of zeros that
nothing looks at.
"""

import gc
from contextlib import contextmanager

import torch
from lora_data import say
from steps.lora_packing import Piece, body_states

GRAIN = 256
# Beyond so many graphs the memory of their inputs and outputs and the time to record them count.
MOST = 24


@contextmanager
def recording(graph, pool, stream):
    """Record what is launched inside; torch.cuda.graph without its garbage collection."""
    torch.cuda.synchronize()
    gc.disable()  # what it frees must not be freed into a recording
    try:
        with torch.cuda.stream(stream):
            graph.capture_begin(pool=pool)
            try:
                yield
            finally:
                graph.capture_end()
    finally:
        gc.enable()


class Recording:
    """The graphs of one number of tokens: inputs, output, the output's gradient."""

    def __init__(self, body, like, tokens, blocks, longest, device, pool, stream):
        self.piece = Piece(
            input_ids=torch.zeros(1, tokens, dtype=torch.long, device=device),
            position_ids=torch.zeros(1, tokens, dtype=torch.long, device=device),
            bounds=torch.zeros(blocks + 1, dtype=torch.int32, device=device),
            lengths=[],
            longest=longest,
            places=None,
            targets=None,
            anchors=0,
        )
        self.fill(like)
        self.forward_graph, self.backward_graph = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        with recording(self.forward_graph, pool, stream):
            states = body_states(body, self.piece)
        self.slope = torch.zeros_like(states)
        with recording(self.backward_graph, pool, stream):
            torch.autograd.backward(states, self.slope)
        self.states = states.detach()

    def fill(self, piece):
        """Take over a piece's tokens; the rest is one example of zeros, and empty ones."""
        into = self.piece
        used, room = piece.input_ids.shape[1], into.input_ids.shape[1]
        into.input_ids[:, :used].copy_(piece.input_ids)
        into.position_ids[:, :used].copy_(piece.position_ids)
        into.input_ids[:, used:].zero_()
        into.position_ids[:, used:].zero_()
        into.bounds.fill_(room)
        into.bounds[: len(piece.bounds)].copy_(piece.bounds)


class GraphedBody:
    """Records and replays the body of a model whose trainable parameters have lasting gradients.

    `blocks` and `longest` bound the examples of a piece and their length, `largest` is the most
    tokens that a piece has. The gradients that `backward_graph` adds to are those that the
    parameters had when it was recorded: they must stay where they are.
    """

    def __init__(self, body, *, blocks, longest, largest, device):
        self.body, self.device = body, device
        self.blocks, self.longest = blocks + 1, max(longest, GRAIN)
        self.largest = self.rounded(largest)
        # One pool and one stream for all: a graph's inner memory is free after its replay, and
        # the allocator gives a stream's memory to that stream only.
        self.pool, self.stream = torch.cuda.graph_pool_handle(), torch.cuda.Stream()
        self.recordings, self.most = {}, MOST
        self.warm = False

    @staticmethod
    def rounded(tokens):
        return -(-tokens // GRAIN) * GRAIN

    def forward(self, piece):
        """The recording that holds the piece's states, its first rows; None if it is not recorded.

        The first piece is not: what libraries set up at their first call cannot be recorded. Nor
        are pieces after a recording that found no memory.
        """
        if not self.warm:
            self.warm = True
            return None
        size = self.rounded(piece.input_ids.shape[1])
        if size not in self.recordings:
            if not self.recordings and size < self.largest:
                # The largest first: what follows finds its memory in the blocks of that one.
                torch.cuda.empty_cache()
                self._record(piece, self.largest)
            if not self._record(piece, size):
                return None
        found = self.recordings[size]
        found.fill(piece)
        found.forward_graph.replay()
        return found

    def _record(self, piece, size):
        if len(self.recordings) >= self.most:
            return False
        place = (self.device, self.pool, self.stream)
        try:
            made = Recording(self.body, piece, size, self.blocks, self.longest, *place)
        except RuntimeError as error:
            if out_of_memory(error) is None:
                raise
            self.most = 0
            say(f"no memory to record {size} tokens: pieces of other sizes go without graphs")
            return False
        self.recordings[size] = made
        return True

    def forget(self):
        """Give back the memory of all recordings, and record no more."""
        self.recordings.clear()
        self.most = 0


def out_of_memory(error):
    """The OutOfMemoryError that an error is or came from, as a recording's does; or None."""
    while error is not None and not isinstance(error, torch.OutOfMemoryError):
        error = error.__context__
    return error
