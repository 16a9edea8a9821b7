"""Text files that people write, and what is wrong with one in one line."""

import json
from pathlib import Path


def read_text(path):
    """The content of a text file; a ValueError if it is not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x} at position {error.start}"
        raise ValueError(f"{path} is not UTF-8 text. Received: {found}.") from None


def read_json(path):
    """The content of a JSON file; a ValueError if it is none."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}.") from None
