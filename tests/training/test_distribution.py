"""Runs of several devices and processes, on CPU: as one device, and as told when something is wrong."""

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dbdgan_tf.training import distribution
from dbdgan_tf.training.options import DataOptions, DistillRun, DistributionOptions
from dbdgan_tf.training.roll_call import roll_call

ROOT = Path(__file__).resolve().parents[2]
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
PLACES = {
    "one": [[]],
    "devices": [["devices=2"]],
    "processes": [["coordinator='localhost:PORT'", "processes=2", f"process_index={i}"] for i in (0, 1)],
}
BEGIN = """
import sys
sys.modules["tensorflow"] = None  # Takes longer to import than anything here.
from dbdgan_tf.training import distribution
from dbdgan_tf.training.options import *
from tests.training.tiny_gan import *
import os

def begin(**data):
    options = DistributionOptions(PLACE)
    distribution.begin(DistillRun(data=DataOptions(batch_size=4, **data), distribution=options))
"""
# Five steps of plain descent, in which every image has other ignored pixels and one has no mask.
STEPS = """
from dbdgan_tf.data.augmentation import BatchAugmentation
from dbdgan_tf.training import OptimizerGroup
from dbdgan_tf.training.checkpoint import restore_checkpoint, save_checkpoint, state_variables

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 5
    def __getitem__(self, index):
        whole, (part, parts) = batch([1, 0, 1, 1], seed=index), distribution.shard()
        ignored = np.array([0.9, 0, 0.2, 0.5]).reshape(4, 1, 1, 1)
        whole["counted"] = (np.random.default_rng(index).random((4, *SIZE, 1)) > ignored).astype("float32")
        rows = slice(4 // parts * part, 4 // parts * (part + 1))
        return {name: values[rows] for name, values in whole.items()}

class Losses(keras.callbacks.Callback):
    found = []
    def on_train_batch_end(self, batch, logs=None):
        self.found.append([float(logs[name]) for name in sorted(logs)])

@distribution.to_the_end()
def train():
    begin()
    keras.utils.set_random_seed(1)
    gan = make_gan()
    gan.augmentation = BatchAugmentation(SIZE, seed=3)
    groups = gan.variable_groups
    descent = {name: keras.optimizers.SGD(0.02, use_ema=True, ema_momentum=0.5) for name in groups}
    gan.compile(OptimizerGroup(descent, groups, keras.Variable(5, dtype="int32", trainable=False)))
    gan.fit(Batches(), epochs=1, shuffle=False, verbose=0, callbacks=[Losses()])
    part = distribution.shard()[0]
    values = {name: keras.ops.convert_to_numpy(variable) for name, variable in state_variables(gan).items()}
    np.savez(f"FOLDER/{part}.npz", losses=np.array(Losses.found), **values)
    # Every process gets back what the first one saved, which is the only one to see the file.
    if not part:
        save_checkpoint("FOLDER", gan, {"epoch": 7})
    gan.step.assign(0)
    assert restore_checkpoint("nowhere" if part else "FOLDER", gan) == {"epoch": 7}
    assert int(gan.step) == 5

train()
"""
RUN = """
import signal
from dbdgan_tf.training import callbacks
from tests.training import kills

class Killer(callbacks.NonFiniteGuard):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1 and distribution.shard()[0] == 1:
            os.kill(os.getpid(), signal.SIGKILL)

callbacks.NonFiniteGuard = Killer
place = DistributionOptions(PLACE)
kills.train("DATA", "FOLDER", held_out=0.2, distribution=place, epochs=2, resume=RESUME)
"""


def free_port():
    with socket.create_server(("", 0)) as server:
        return server.getsockname()[1]


port = pytest.fixture(free_port)


def start(code, kind):
    port = str(free_port())
    devices = "--xla_force_host_platform_device_count=2" if kind == "devices" else ""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "cwd": ROOT}
    how["env"] = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": f"{FAST_COMPILE} {devices}"}
    codes = [
        (BEGIN + code).replace("PLACE", ", ".join(place)).replace("PORT", port) for place in PLACES[kind]
    ]
    return [subprocess.Popen([sys.executable, "-c", each], **how) for each in codes]


def end(processes, seconds=120):
    return [process.communicate(timeout=seconds)[0] for process in processes]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in PLACES}
    started = [start(STEPS.replace("FOLDER", str(folder)), kind) for kind, folder in folders.items()]
    for processes in started:
        for process, said in zip(processes, end(processes)):
            assert process.returncode == 0, said[-4000:]
    paths = {kind: sorted(folder.glob("[01].npz")) for kind, folder in folders.items()}
    return {kind: [dict(np.load(path)) for path in each] for kind, each in paths.items()}


@pytest.mark.parametrize("kind, part", [("devices", 0), ("processes", 0), ("processes", 1)])
def test_losses_and_all_variables_are_those_of_one_device(results, kind, part):
    alone, other = results["one"][0], results[kind][part]
    assert alone["losses"].shape == (5, 2 * 4 + 2 + 2 * 3 + 2) and np.isfinite(alone["losses"]).all()
    assert alone.keys() == other.keys()
    assert sum("vector_u" in name for name in alone) == 3 * 5
    for name, value in alone.items():
        np.testing.assert_allclose(other[name], value, atol=1e-4, err_msg=name)


def test_a_killed_process_ends_the_run_which_goes_on_with_one(tiny_dataset, tmp_path):
    code = RUN.replace("DATA", str(tiny_dataset)).replace("FOLDER", str(tmp_path))
    processes = start(code.replace("RESUME", "False"), "processes")
    told = end(processes[1:]) + end(processes[:1], seconds=60)
    assert processes[1].returncode == -9 and processes[0].returncode != 0, told
    for said in told:
        assert "A process of the run is gone. Start all of them again with --resume." in said
    (resumed,) = start(code.replace("RESUME", "True"), "one")
    (said,) = end([resumed])
    assert resumed.returncode == 0, said[-4000:]
    assert "Resuming after epoch 1 of 2." in said
    assert (tmp_path / "log.csv").read_text().count("\n") == 3
    assert (tmp_path / "student_best.weights.h5").exists()


DIFFER = """
from pathlib import Path
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.training.records import fingerprint

index = int("process_index=1" in "PLACE")
samples = [Sample("a", Path("a.jpg"))] * (8 - index)
for act in (lambda: begin(workers=2 + index),
            lambda: distribution.check_same({"photographs": fingerprint(samples)})):
    try:
        act()
    except ValueError as error:
        print(error)
"""


def test_other_flags_or_photographs_are_named_on_every_process():
    told = [said.splitlines() for said in end(start(DIFFER, "processes"))]
    received = [[line for line in lines if line.startswith("Processes differ")] for lines in told]
    assert all("Received: what processes [1] tell themselves." in line for line in received[0])
    assert "Received: --workers is 3, on process 0 2." in received[1][0]
    photographs = r"Received: photographs is \[7, '\w{8}'\], on process 0 \[8, '\w{8}'\][.]"
    assert re.search(photographs, received[1][1])
    assert len(received[0]) == len(received[1]) == 2


@pytest.mark.parametrize(
    "flags, message",
    [
        ({"coordinator": "here"}, "No address. Received: .*--coordinator=here"),
        ({"coordinator": "here:1"}, "--processes above 1"),
        ({"processes": 2}, "--coordinator=HOST:PORT with"),
        ({"coordinator": "here:1", "processes": 2, "process_index": 2}, "--process_index from 0 to one less"),
        ({"devices": 3}, "--batch_size=4 for 3 devices. Allowed: multiples of 3"),
        ({"coordinator": "here:1", "processes": 2, "devices": 4}, "--batch_size=4 for 8 devices"),
    ],
)
def test_flags_that_do_not_fit(flags, message, monkeypatch):
    config = DistillRun(data=DataOptions(batch_size=4), distribution=DistributionOptions(**flags))
    with pytest.raises(ValueError, match="Only JAX trains .* on tensorflow. Allowed: KERAS_BACKEND=jax"):
        distribution.begin(config)
    monkeypatch.setattr(distribution.keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match=message):
        distribution.begin(config)


def test_an_absent_cluster_and_absent_devices(run_python):
    tried = "try:\n    begin()\nexcept ValueError as error:\n    print(error)\n"
    codes = [(BEGIN + tried).replace("PLACE", place) for place in ("coordinator='auto'", "devices=2")]
    said = run_python("".join(codes) + "distribution._OVER.append(1)", env={"KERAS_BACKEND": "jax"})
    assert "No cluster tells where the processes are" in said
    assert "There are not so many devices. Received: --devices=2. Allowed: up to 1" in said


def call(port, *places, seconds=10):
    def one(place):
        try:
            return roll_call(f"localhost:{port}", *place, seconds)
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    with ThreadPoolExecutor(len(places)) as pool:
        return list(pool.map(one, places))


def test_all_come_and_the_port_is_free_again(port):
    assert call(port, (3, 2), (3, 0), (3, 1)) == [None] * 3
    assert call(port, (2, 1), (2, 0)) == [None] * 2


def test_missing_ones_are_named(port):
    for told in call(port, (4, 0), (4, 2), seconds=1):
        assert told == "TimeoutError: Not all of --processes=4 came in time. Received: all but 1, 3."
    (told,) = call(port, (2, 1), seconds=0.5)
    nobody = "TimeoutError: Process 0 does not answer. Received: --coordinator=localhost"
    assert told.startswith(f"{nobody}:{port}")


@pytest.mark.parametrize(
    "places, received",
    [
        ([(3, 0), (3, 1), (3, 1)], "--process_index=1 --processes=3 from .* for the second time"),
        ([(3, 0), (2, 1), (3, 2)], "--process_index=1 --processes=2 from .*[.] Allowed: --processes=3"),
    ],
)
def test_whoever_does_not_fit_is_told_to_all(port, places, received):
    told = call(port, *places, seconds=2)
    assert re.search(f"ValueError: A process does not fit the others. Received: {received}", told[0])
    # One may come when process 0 has gone with this error already.
    assert set(told[1:]) <= {told[0], *(one for one in told if "Process 0 does not answer" in one)}


def test_a_taken_port_is_told(port):
    with socket.create_server(("", port)):
        (told,) = call(port, (2, 0))
    assert told.startswith(
        f"OSError: Process 0 cannot listen. Received: port {port} (Address already in use)"
    )
