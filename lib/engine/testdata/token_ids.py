"""What transformers' tokenizer makes of texts and of a conversation.

    python token_ids.py TOKENIZER_FOLDER JOB.json RESULT.json

JOB.json holds `texts` and `messages`; RESULT.json the ids of each text without special tokens,
the conversation in the chat template and its ids.
"""

import json
import sys
from pathlib import Path

from transformers import AutoTokenizer


def main(folder, job_path, result_path):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    job = json.loads(Path(job_path).read_text())
    chat = tokenizer.apply_chat_template(
        job["messages"], tokenize=False, add_generation_prompt=True
    )
    ids = [tokenizer(text, add_special_tokens=False).input_ids for text in job["texts"] + [chat]]
    result = {
        "begin": tokenizer("").input_ids,
        "texts": ids[:-1],
        "chat": chat,
        "chat_ids": ids[-1],
    }
    Path(result_path).write_text(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:4])
