"""A tiny model and photographs, and one Ray cluster of this machine for all that need one."""

import os

import cv2
import numpy as np
import pytest


@pytest.fixture
def photos(tmp_path):
    """A folder of 24 small photographs, 00.jpg to 23.jpg, of which 07.jpg is empty."""
    folder, rng = tmp_path / "photos", np.random.default_rng(0)
    folder.mkdir()
    for index in range(24):
        field = rng.integers(0, 60, (30, 40, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        cv2.imwrite(str(folder / f"{index:02d}.jpg"), field)
    (folder / "07.jpg").write_bytes(b"")
    return folder


@pytest.fixture(scope="session")
def cluster():
    ray = pytest.importorskip("ray", reason="needs the extra: pip install '.[ray]'")
    os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"})
    context = ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=10**8)
    yield context.address_info["address"]
    ray.shutdown()
