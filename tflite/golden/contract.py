"""The contract of golden/README.md as Python values: read from its fenced JSON block, never written twice."""

import json
import re
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"
CONTRACT_VERSION = 1
_BLOCK = re.compile(r"^```json contract\n(.*?)^```", re.MULTILINE | re.DOTALL)


class GoldenError(ValueError):
    """A README, golden folder or model that cannot be used for the check."""


def read_contract(path=README):
    """Reads the machine-readable contract out of a README.

    Args:
        path: A Markdown file with one block fenced as "json contract".

    Returns:
        The block as a dict: "resize", "kinds", "tolerances", "input_tolerance".

    Raises:
        GoldenError: If there is not exactly one such block, or it is of another version.
    """
    blocks = _BLOCK.findall(Path(path).read_text(encoding="utf-8"))
    if len(blocks) != 1:
        raise GoldenError(f"One block ```json contract is needed. Received: {len(blocks)} in {path}.")
    contract = json.loads(blocks[0])
    if contract.get("contract_version") != CONTRACT_VERSION:
        raise GoldenError(
            f"Unknown contract. Received: version {contract.get('contract_version')!r}. "
            f"Allowed: {CONTRACT_VERSION}."
        )
    return contract
