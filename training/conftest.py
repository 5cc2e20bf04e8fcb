"""Fixtures of all tests here."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"

import lora_devices  # noqa: F401  (it loads torch, by the trainer's settings)
import pytest
import torch

if not torch.cuda.is_available():
    # Triton reads it when it is loaded: its kernels are tested by its interpreter.
    os.environ["TRITON_INTERPRET"] = "1"

from testing.tiny_model import RECORDS, write_model, write_records


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    write_model(folder / "model")
    write_records(folder / "train.jsonl", RECORDS)
    return folder
