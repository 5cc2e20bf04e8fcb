"""What transformers makes of conversations in a folder's chat template, and strftime of formats.

    python chat_text.py JOB.json RESULT.json

JOB.json holds `chats` (folder, messages, thinking, date) and `dates` (date, format), RESULT.json the
text of each. Dates are YYYY-MM-DD, at midnight.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from transformers import AutoTokenizer
from transformers.utils import chat_template_utils


def main(job_path, result_path):
    job = json.loads(Path(job_path).read_text())
    chats = []
    for chat in job["chats"]:
        day = datetime.fromisoformat(chat["date"])
        clock = SimpleNamespace(now=lambda day=day: day)
        tokenizer = AutoTokenizer.from_pretrained(chat["folder"])
        # transformers takes no function as a template's argument: its clock is stopped instead
        with patch.object(chat_template_utils, "datetime", clock):
            text = tokenizer.apply_chat_template(
                chat["messages"],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=chat["thinking"],
                thinking=chat["thinking"],
            )
        chats.append(text)
    dates = [datetime.fromisoformat(date).strftime(text) for date, text in job["dates"]]
    Path(result_path).write_text(json.dumps({"chats": chats, "dates": dates}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
