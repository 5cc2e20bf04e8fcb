"""What PEFT makes of an adapter config's patterns, as the reference of the engine's tests.

    python peft_matching.py JOB.json RESULT.json

JOB.json has `configs` (contents of adapter_config.json) and `names` (of modules). RESULT.json has for
each config and name whether it is a target, and the rank and scaling that it would get; null for a
config that PEFT refuses.
"""

import json
import math
import sys
import warnings
from pathlib import Path

from peft import LoraConfig
from peft.tuners.tuners_utils import check_target_module_exists
from peft.utils.other import get_pattern_key

warnings.filterwarnings("ignore")


def answer(config, name):
    rank = config.rank_pattern.get(get_pattern_key(config.rank_pattern, name), config.r)
    alpha = config.alpha_pattern.get(get_pattern_key(config.alpha_pattern, name), config.lora_alpha)
    scaling = alpha / (math.sqrt(rank) if config.use_rslora else rank)
    targeted = check_target_module_exists(config, name)
    excluded = type(targeted).__name__ == "_ExcludedModule"
    return [bool(targeted) and not excluded, rank, scaling]


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    results = []
    for fields in job["configs"]:
        try:
            config = LoraConfig(**fields)
            results.append([answer(config, name) for name in job["names"]])
        except Exception:
            results.append(None)
    Path(result_path).write_text(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
