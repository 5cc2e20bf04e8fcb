"""The model's body as CUDA graphs: a piece costs two launches instead of thousands.

A step of a small model on a fast GPU waits for Python: 24 layers are some 4,000 launches. A graph
records the launches of the body (everything but the output layer) once for a number of tokens, and
replays them. Pieces are filled up to a multiple of GRAIN tokens, by an example of zeros that
nothing looks at.
"""

import torch
from lora_packing import Piece, body_states

GRAIN = 256
# Beyond so many graphs the memory of their inputs and outputs and the time to record them count.
MOST = 24
STREAM_WARMUP = 1


class Recording:
    """The graphs of one number of tokens: inputs, output, the output's gradient."""

    def __init__(self, body, like, tokens, blocks, longest, device, pool):
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
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        self.forward_graph, self.backward_graph = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.forward_graph, pool=pool, stream=stream):
            states = body_states(body, self.piece)
        self.slope = torch.zeros_like(states)
        with torch.cuda.graph(self.backward_graph, pool=pool, stream=stream):
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

    `blocks` and `longest` bound the examples of a piece and their length. The gradients that
    `backward` adds to are those that the parameters had when the graph was recorded: they must stay
    where they are.
    """

    def __init__(self, body, *, blocks, longest, device):
        self.body, self.device = body, device
        self.blocks, self.longest = blocks + 1, max(longest, GRAIN)
        self.pool = torch.cuda.graph_pool_handle()
        self.recordings = {}

    def takes(self, piece):
        size = self.size(piece)
        return size in self.recordings or len(self.recordings) < MOST

    @staticmethod
    def size(piece):
        return -(-piece.input_ids.shape[1] // GRAIN) * GRAIN

    def forward(self, piece):
        """The recording that holds the piece's states; their first rows are the piece's."""
        size = self.size(piece)
        found = self.recordings.get(size)
        if found is None:
            found = self.recordings[size] = Recording(
                self.body, piece, size, self.blocks, self.longest, self.device, self.pool
            )
        else:
            found.fill(piece)
        found.forward_graph.replay()
        return found

    def forget(self):
        """Give back the memory of all recordings."""
        self.recordings.clear()
        self.pool = torch.cuda.graph_pool_handle()
