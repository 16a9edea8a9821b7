import shutil

import numpy as np
import pytest

from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.drawing import fold_of
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.photo import write_image, write_map
from dbdgan_tf.training.options import DataOptions, RunOptions
from dbdgan_tf.training.training_data import divide, make_datasets


def options(tiny_dataset, **changes):
    return DataOptions(**{
        "data_dir": (str(tiny_dataset),), "image_size": (32, 32), "batch_size": 2, "workers": 1,
        "validation_fraction": 0.0, **changes,
    })  # fmt: skip


@pytest.fixture
def make(tiny_dataset):
    """A function of changed options, and of steps per epoch, that makes both data sets."""
    return lambda steps=0, **changes: make_datasets(
        options(tiny_dataset, **changes), RunOptions(steps_per_epoch=steps)
    )


@pytest.fixture
def unlabelled(tiny_dataset):
    return {"unlabelled_dir": (str(tiny_dataset / "test/images"),)}


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def test_a_list_of_stems_divides_the_training_images_and_may_serve_other_data_sets(make, tmp_path):
    listed = write(tmp_path / "list.txt", "# held out", "photo1", "photo5", "elsewhere", "")
    training, held_out = make(validation_list=listed)
    assert [sample.stem for sample in held_out.samples] == ["photo1", "photo5"]
    assert len(training.samples) == 6
    write(tmp_path / "list.txt", "elsewhere")
    with pytest.raises(ValueError, match=r"names no photograph of the data sets. Received: \['elsewhere'\]"):
        make(validation_list=listed)


def test_the_hash_rule_keeps_a_photograph_on_its_side_when_others_come(tiny_dataset):
    samples, some = find_samples(tiny_dataset), options(tiny_dataset, validation_fraction=0.5)
    few, many = (divide({"a": found}, some)[1]["a"] for found in (samples[:4], samples))
    assert {s.stem for s in few} == {s.stem for s in many} & {s.stem for s in samples[:4]}
    assert 0 < len(many) < len(samples)


def test_batches_come_in_shares_and_the_log_tells_what_was_drawn(make, unlabelled, tiny_dataset):
    training, _ = make(5, batch_size=4, data_shares=(3, 1), **unlabelled)
    assert [training[step]["labelled"].sum() for step in range(5)] == [3] * 5
    assert training.drawn() == {f"drawn_{tiny_dataset.name}": 15, "drawn_images": 5}


def test_folders_of_one_name_stay_apart(make, tiny_dataset, tmp_path):
    folders = [tmp_path / place / "a-b" for place in ("one", "two", "three")]
    for folder in folders:
        shutil.copytree(tiny_dataset, folder)
    training, _ = make(3, data_dir=tuple(map(str, folders)), data_shares=(1, 1, 1))
    assert len(training.samples) == 24
    assert training.drawn() == {"drawn_a-b": 2, "drawn_a-b-2": 2, "drawn_a-b-3": 2}


@pytest.mark.parametrize("shares", [(1,), (1, 2, 3), (1, 0), (1, "x")])
def test_shares_that_do_not_fit_are_named(make, unlabelled, shares):
    with pytest.raises(ValueError, match="--data_shares does not fit .* for 2 folders"):
        make(data_shares=shares, **unlabelled)


def test_folds_leave_each_photograph_out_once(make):
    kept = [{sample.stem for sample in make(fold=fold, folds=2)[0].samples} for fold in range(2)]
    assert kept[0] | kept[1] == {f"photo{number}" for number in range(8)} and not kept[0] & kept[1]
    with pytest.raises(ValueError, match="Received: --fold=2 --folds=2"):
        make(fold=2, folds=2)
    empty = next(f for f in range(1000) if f not in {fold_of(f"photo{n}", 1000) for n in range(8)})
    with pytest.raises(ValueError, match="leaves nothing out.* Received: 8 of 8"):
        make(fold=empty, folds=1000)


def test_nothing_held_out_means_no_validation_and_no_data_set_an_error(make):
    training, held_out = make()
    assert held_out is None and len(training) == 4
    with pytest.raises(ValueError, match="--data_dir"):
        make(data_dir=())


def test_a_fixed_number_of_steps_draws_a_new_order_every_epoch(make):
    training, _ = make(6)
    assert len(training) == 6
    training.set_epoch(0)
    first = training[0]["images"]
    np.testing.assert_array_equal(training.drawing.indices(0, 0), training.drawing.indices(0, 4))
    training.set_epoch(1)
    assert not np.array_equal(first, training[0]["images"])
    training.set_epoch(0)
    np.testing.assert_array_equal(first, training[0]["images"])


def test_unlabelled_folders_add_images_without_masks(make, unlabelled, tmp_path):
    def stems(**chosen):
        return [sample.stem for sample in make(**unlabelled, **chosen)[0].samples if sample.mask is None]

    assert stems() == ["photo0", "photo1", "photo2"]
    assert stems(unlabelled_list=write(tmp_path / "list", "# seen", "photo0", "photo2")) == [
        "photo0",
        "photo2",
    ]
    with pytest.raises(ValueError, match="Allowed: stems found in --unlabelled_dir"):
        stems(unlabelled_list=write(tmp_path / "list", "photo9"))
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(BadDataError, match="empty.jpg"):
        make(unlabelled_dir=(str(tmp_path),))


def test_photographs_known_to_be_sharp_count_as_labelled(tiny_dataset, tmp_path):
    listed, maps = write(tmp_path / "sharp.txt", "sky"), tmp_path / "maps"
    for stem in ("sky", "flower"):
        write_image(tmp_path / "more" / f"{stem}.png", np.full((32, 32, 3), 90, np.uint8))
    chosen = options(tiny_dataset, unlabelled_dir=(str(tmp_path / "more"),), sharp_list=listed)
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
