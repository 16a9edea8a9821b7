import shutil

import numpy as np
import pytest

from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.scenes import fold_of
from dbdgan_tf.photo import write_image, write_map
from dbdgan_tf.training.options import DataOptions, RunOptions
from dbdgan_tf.training.training_data import divide, make_datasets


def options(tiny_dataset, **changes):
    return DataOptions(**{
        "data_dir": (str(tiny_dataset),), "image_size": (32, 32), "batch_size": 2, "workers": 1,
        "validation_fraction": 0.0, **changes,
    })  # fmt: skip


def test_a_list_of_stems_divides_the_training_images(tiny_dataset, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("# held out\nphoto1\nphoto5\n\n")
    training, held_out = make_datasets(options(tiny_dataset, validation_list=str(listed)), RunOptions())
    assert [sample.stem for sample in held_out.samples] == ["photo1", "photo5"]
    assert len(training.samples) == 6


def test_one_list_may_serve_several_data_sets(tiny_dataset, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("photo1\nelsewhere\n")
    _, held_out = make_datasets(options(tiny_dataset, validation_list=str(listed)), RunOptions())
    assert [sample.stem for sample in held_out.samples] == ["photo1"]
    listed.write_text("elsewhere\n")
    with pytest.raises(ValueError, match=r"names no photograph of the data sets. Received: \['elsewhere'\]"):
        make_datasets(options(tiny_dataset, validation_list=str(listed)), RunOptions())


def test_the_hash_rule_keeps_a_photograph_on_its_side_when_others_come(tiny_dataset):
    from dbdgan_tf.data.layouts import find_samples

    samples = find_samples(tiny_dataset)
    some = options(tiny_dataset, validation_fraction=0.5)
    few, many = (divide({"a": found}, some)[1]["a"] for found in (samples[:4], samples))
    assert {s.stem for s in few} == {s.stem for s in many} & {s.stem for s in samples[:4]}
    assert 0 < len(many) < len(samples)


def test_batches_come_in_shares_and_the_log_tells_what_was_drawn(tiny_dataset):
    unlabelled = {"unlabelled_dir": (str(tiny_dataset / "test/images"),), "data_shares": (3, 1)}
    training, _ = make_datasets(
        options(tiny_dataset, batch_size=4, **unlabelled), RunOptions(steps_per_epoch=5)
    )
    assert [training[step]["labelled"].sum() for step in range(5)] == [3] * 5
    assert training.drawn() == {f"drawn_{tiny_dataset.name}": 15, "drawn_images": 5}


def test_folders_of_one_name_stay_apart(tiny_dataset, tmp_path):
    folders = [tmp_path / place / "a-b" for place in ("one", "two", "three")]
    for folder in folders:
        shutil.copytree(tiny_dataset, folder)
    found = options(tiny_dataset, data_dir=tuple(map(str, folders)), data_shares=(1, 1, 1))
    training, _ = make_datasets(found, RunOptions(steps_per_epoch=3))
    assert len(training.samples) == 24
    assert training.drawn() == {"drawn_a-b": 2, "drawn_a-b-2": 2, "drawn_a-b-3": 2}


@pytest.mark.parametrize("shares", [(1,), (1, 2, 3), (1, 0), (1, "x")])
def test_shares_that_do_not_fit_are_named(tiny_dataset, shares):
    unlabelled = (str(tiny_dataset / "test/images"),)
    chosen = options(tiny_dataset, unlabelled_dir=unlabelled, data_shares=shares)
    with pytest.raises(ValueError, match="--data_shares does not fit .* for 2 folders"):
        make_datasets(chosen, RunOptions())


def test_folds_leave_each_photograph_out_once(tiny_dataset):
    kept = [
        {s.stem for s in make_datasets(options(tiny_dataset, fold=f, folds=2), RunOptions())[0].samples}
        for f in range(2)
    ]
    assert kept[0] | kept[1] == {f"photo{number}" for number in range(8)} and not kept[0] & kept[1]
    with pytest.raises(ValueError, match="Received: --fold=2 --folds=2"):
        make_datasets(options(tiny_dataset, fold=2, folds=2), RunOptions())
    with pytest.raises(ValueError, match="leaves nothing out.* Received: 8 of 8"):
        empty = next(f for f in range(1000) if f not in {fold_of(f"photo{n}", 1000) for n in range(8)})
        make_datasets(options(tiny_dataset, fold=empty, folds=1000), RunOptions())


def test_nothing_held_out_means_no_validation(tiny_dataset):
    training, held_out = make_datasets(options(tiny_dataset), RunOptions())
    assert held_out is None
    assert len(training) == 4


def test_a_fixed_number_of_steps_draws_a_new_order_every_epoch(tiny_dataset):
    training, _ = make_datasets(options(tiny_dataset), RunOptions(steps_per_epoch=6))
    assert len(training) == 6
    training.set_epoch(0)
    first = [training[i]["images"] for i in range(6)]
    np.testing.assert_array_equal(training.drawing.indices(0, 0), training.drawing.indices(0, 4))
    training.set_epoch(1)
    assert not np.array_equal(first[0], training[0]["images"])
    training.set_epoch(0)
    np.testing.assert_array_equal(first[0], training[0]["images"])


def test_without_a_data_set_the_flag_is_named():
    with pytest.raises(ValueError, match="--data_dir"):
        make_datasets(DataOptions(), RunOptions())


def test_unlabelled_folders_add_images_without_masks(tiny_dataset):
    unlabelled = (str(tiny_dataset / "test" / "images"),)
    training, _ = make_datasets(options(tiny_dataset, unlabelled_dir=unlabelled), RunOptions())
    assert sum(sample.mask is None for sample in training.samples) == 3


def test_a_list_chooses_among_the_unlabelled_images(tiny_dataset, tmp_path):
    listed = tmp_path / "list.txt"
    listed.write_text("# seen\nphoto0\nphoto2\n")
    chosen = {"unlabelled_dir": (str(tiny_dataset / "test" / "images"),), "unlabelled_list": str(listed)}
    training, _ = make_datasets(options(tiny_dataset, **chosen), RunOptions())
    assert [sample.stem for sample in training.samples if sample.mask is None] == ["photo0", "photo2"]
    listed.write_text("photo9\n")
    with pytest.raises(ValueError, match="Allowed: stems found in --unlabelled_dir"):
        make_datasets(options(tiny_dataset, **chosen), RunOptions())


def test_photographs_known_to_be_sharp_count_as_labelled(tiny_dataset, tmp_path):
    listed, maps = tmp_path / "sharp.txt", tmp_path / "maps"
    listed.write_text("sky\n")
    for stem in ("sky", "flower"):
        write_image(tmp_path / "more" / f"{stem}.png", np.full((32, 32, 3), 90, np.uint8))
    chosen = options(tiny_dataset, unlabelled_dir=(str(tmp_path / "more"),), sharp_list=str(listed))
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


def test_bad_unlabelled_images_are_named_before_training(tiny_dataset, tmp_path):
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(BadDataError, match="empty.jpg"):
        make_datasets(options(tiny_dataset, unlabelled_dir=(str(tmp_path),)), RunOptions())
