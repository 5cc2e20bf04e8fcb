"""A folder that is written whole or not at all."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from lora_data import UsageError, one_line


@contextmanager
def new_folder(out, what):
    """A folder to write into, which becomes `out` at the end; nothing is left where that fails.

    `what` is what cannot be done then. Raises UsageError, also if there is an `out` already.
    """
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} exists: name a new folder")
    part = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        part.chmod(0o755)
        yield part
        part.rename(out)
    except KeyboardInterrupt as error:
        raise UsageError("stopped; nothing is written") from error
    except UsageError:
        raise
    except Exception as error:  # of many kinds: of the disk, of the libraries that read the files
        raise UsageError(f"cannot {what}: {one_line(error) or type(error).__name__}") from error
    finally:
        if part:
            shutil.rmtree(part, ignore_errors=True)
