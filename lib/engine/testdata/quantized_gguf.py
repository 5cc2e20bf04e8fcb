"""A GGUF file written by the `gguf` package, and what that package makes of its tensors.

    python quantized_gguf.py OUT.gguf EXPECTED.json
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize, quantize

TYPES = {
    "f32": gguf.GGMLQuantizationType.F32,
    "q4_1": gguf.GGMLQuantizationType.Q4_1,
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
}


def main(path, expected_path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(["a", "ü", "Ġ"])
    writer.add_token_types([1, 1, 3])
    rng = np.random.default_rng(42)
    expected = {}
    for name, kind in TYPES.items():
        values = rng.standard_normal((5, 64), dtype=np.float32)
        stored = quantize(values, kind)
        writer.add_tensor(name, stored, raw_dtype=kind)
        expected[name] = dequantize(stored, kind).flatten().tolist()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    Path(expected_path).write_text(json.dumps(expected))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
