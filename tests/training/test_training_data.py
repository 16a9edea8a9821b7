import shutil

import numpy as np
import pytest

from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.drawing import fold_of
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.photo import write_image, write_map
from dbdgan_tf.training.options import DataOptions, RunOptions
from dbdgan_tf.training.training_data import divide, make_datasets

STEMS = {f"photo{number}" for number in range(8)}


@pytest.fixture
def options(tiny_dataset):
    """A function of changes that makes `DataOptions`."""
    usual = {"data_dir": (str(tiny_dataset),), "image_size": (32, 32), "batch_size": 2, "workers": 1}
    return lambda **changes: DataOptions(**{**usual, "validation_fraction": 0.0, **changes})


@pytest.fixture
def make(options):
    """A function of steps per epoch and changed options that makes both data sets."""
    return lambda steps=0, **changes: make_datasets(options(**changes), RunOptions(steps_per_epoch=steps))


@pytest.fixture
def unlabelled(tiny_dataset):
    return {"unlabelled_dir": (str(tiny_dataset / "test/images"),)}


@pytest.fixture
def listed(tmp_path):
    """A function that writes a list of stems; its path."""

    def write(*lines):
        (tmp_path / "list.txt").write_text("".join(f"{line}\n" for line in lines))
        return str(tmp_path / "list.txt")

    return write


def test_a_list_of_stems_divides_the_training_images_and_may_serve_other_data_sets(make, listed):
    training, held_out = make(validation_list=listed("# held out", "photo1", "photo5", "elsewhere", ""))
    assert [sample.stem for sample in held_out.samples] == ["photo1", "photo5"]
    assert len(training.samples) == 6


def test_the_hash_rule_keeps_a_photograph_on_its_side_when_others_come(tiny_dataset, options):
    samples, some = find_samples(tiny_dataset), options(validation_fraction=0.5)
    few, many = (divide({"a": found}, some)[1]["a"] for found in (samples[:4], samples))
    assert {s.stem for s in few} == {s.stem for s in many} & {s.stem for s in samples[:4]}
    assert 0 < len(many) < len(samples)


def test_batches_come_in_shares_and_the_log_tells_what_was_drawn(make, unlabelled, tiny_dataset, tmp_path):
    training, _ = make(5, batch_size=4, data_shares=(3, 1), **unlabelled)
    assert [training[step]["labelled"].sum() for step in range(5)] == [3] * 5
    assert training.drawn() == {f"drawn_{tiny_dataset.name}": 15, "drawn_images": 5}
    # Folders of one name stay apart.
    folders = [tmp_path / place / "a-b" for place in ("one", "two", "three")]
    for folder in folders:
        shutil.copytree(tiny_dataset, folder)
    training, _ = make(3, data_dir=tuple(map(str, folders)), data_shares=(1, 1, 1))
    assert training.drawn() == {"drawn_a-b": 2, "drawn_a-b-2": 2, "drawn_a-b-3": 2}


def test_folds_leave_each_photograph_out_once(make):
    kept = [{sample.stem for sample in make(fold=fold, folds=2)[0].samples} for fold in range(2)]
    assert kept[0] | kept[1] == STEMS and not kept[0] & kept[1]
    empty = next(f for f in range(1000) if f not in {fold_of(stem, 1000) for stem in STEMS})
    with pytest.raises(ValueError, match="leaves nothing out.* Received: 8 of 8"):
        make(fold=empty, folds=1000)


SHARES = "--data_shares does not fit .* for 2 folders"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *[({"data_shares": shares}, SHARES) for shares in ((1,), (1, 2, 3), (1, 0), (1, "x"))],
        ({"fold": 2, "folds": 2}, "Received: --fold=2 --folds=2"),
        ({"data_dir": ()}, "--data_dir"),
        ({"uniform_dir": "photos"}, "Uniform scenes need a folder and a list"),
        ({"validation_list": "LIST"}, r"names no photograph of the data sets. Received: \['elsewhere'\]"),
        ({"unlabelled_list": "LIST"}, "Allowed: stems found in --unlabelled_dir"),
    ],
)
def test_options_that_do_not_fit_are_named(make, unlabelled, listed, changes, message):
    path = listed("elsewhere")
    changes = {name: path if value == "LIST" else value for name, value in changes.items()}
    with pytest.raises(ValueError, match=message):
        make(**{**unlabelled, **changes})


def test_a_fixed_number_of_steps_draws_a_new_order_every_epoch(make):
    training, held_out = make(6)
    assert held_out is None and len(training) == 6 and len(make()[0]) == 4
    seen = []
    for epoch in (0, 1, 0):
        training.set_epoch(epoch)
        seen.append(training[0]["images"])
    np.testing.assert_array_equal(seen[0], seen[2])
    assert not np.array_equal(seen[0], seen[1])


def test_unlabelled_folders_add_images_without_masks(make, unlabelled, listed, tmp_path):
    def stems(**chosen):
        return [sample.stem for sample in make(**unlabelled, **chosen)[0].samples if sample.mask is None]

    assert stems() == ["photo0", "photo1", "photo2"]
    assert stems(unlabelled_list=listed("# seen", "photo0", "photo2")) == ["photo0", "photo2"]
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(BadDataError, match="empty.jpg"):
        make(unlabelled_dir=(str(tmp_path),))


def test_photographs_known_to_be_sharp_count_as_labelled(options, listed, tmp_path):
    maps = tmp_path / "maps"
    for stem in ("sky", "flower"):
        write_image(tmp_path / "more" / f"{stem}.png", np.full((32, 32, 3), 90, np.uint8))
    chosen = options(unlabelled_dir=(str(tmp_path / "more"),), sharp_list=listed("sky"))
    for sample in make_datasets(chosen, RunOptions())[0].samples:
        write_map(maps / f"{sample.stem}.png", np.ones((4, 4)))
    # A map that a teacher made of it does not count, and it needs none.
    for _ in ("with a map", "without"):
        training, _ = make_datasets(chosen, RunOptions(), maps)
        *_, flower, sky = range(len(training.samples))
        assert [training.samples[place].labelled for place in (0, flower, sky)] == [True, False, True]
        read = training.store.read([flower, sky])
        assert read["teacher_maps"].max((1, 2, 3)).tolist() == [255, 0]
        assert not read["segmentation_masks"].any()
        (maps / "sky.png").unlink(missing_ok=True)
