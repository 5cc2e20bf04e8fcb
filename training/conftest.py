"""Fixtures of all tests here."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from testing.tiny_model import RECORDS, write_model, write_records


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    write_model(folder / "model")
    write_records(folder / "train.jsonl", RECORDS)
    return folder
