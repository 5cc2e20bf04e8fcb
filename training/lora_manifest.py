"""Manifests: the names, sizes and SHA-256 of files, written when these are whole."""

import hashlib
import json

from lora_data import write_json

MANIFEST = "manifest.json"
ASIDE = ".damaged"


def write_manifest(folder, paths, **more):
    """Write the manifest of `paths` into `folder`, under the names that they have now."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)} for path in sorted(paths)
    }
    write_json(folder / MANIFEST, {"files": files, **more})


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_object(path):
    """The JSON object in a file; ValueError if there is none."""
    try:
        value = json.loads(path.read_bytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is cut or damaged: it is not JSON") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} is damaged: it is no JSON object")
    return value


def read_manifest(folder):
    """The manifest in a folder, None where there is none; ValueError if it is damaged."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    manifest = read_object(path)
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys() for entry in files.values()
    ):
        raise ValueError(f"{MANIFEST} is damaged: it lists no files")
    return manifest


def file_fault(path, entry):
    """How a file differs from its entry in a manifest, in words; None where it does not."""
    if not path.exists():
        return f"{path.name} is missing"
    if not path.is_file():
        return f"{path.name} is no file"
    size = path.stat().st_size
    if size != entry["bytes"]:
        return f"{path.name} has {size} bytes, not {entry['bytes']}"
    if sha256(path) != entry["sha256"]:
        return f"{path.name} has other bytes than were written"
    return None


def put_aside(path, suffix=ASIDE):
    """Rename a file or folder to a name that is free, and return that path."""
    aside, number = path.with_name(path.name + suffix), 1
    while aside.exists() or aside.is_symlink():
        number += 1
        aside = path.with_name(f"{path.name}{suffix}-{number}")
    return path.rename(aside)
