"""Loaded by pytest before DeepEval's own plugin starts a run."""

import _no_upload  # noqa: F401
