"""From options to the data, networks and optimizers of a run."""

import shutil

import keras
import numpy as np
import pytest

from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.drawing import fold_of
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.models import StudentConfig, TeacherConfig, build_student, build_teacher, save_network
from dbdgan_tf.models.weights.by_name import encoder_layer_names, weights_table
from dbdgan_tf.photo import write_image, write_map
from dbdgan_tf.training.networks import freeze_encoder_norms, make_augmentation, make_student
from dbdgan_tf.training.optimizers import TwoRateAdam, make_optimizer
from dbdgan_tf.training.options import DataOptions, OptimizerOptions, RunOptions, StudentOptions
from dbdgan_tf.training.training_data import divide, make_datasets

STEMS = {f"photo{number}" for number in range(8)}
SIZE = (32, 32)
NANO = "efficientnet_lite_nano"


@pytest.fixture
def options(tiny_dataset):
    usual = {"data_dir": (str(tiny_dataset),), "image_size": (32, 32), "batch_size": 2, "workers": 1}
    return lambda **changes: DataOptions(**{**usual, "validation_fraction": 0.0, **changes})


@pytest.fixture
def make(options):
    return lambda steps=0, **changes: make_datasets(options(**changes), RunOptions(steps_per_epoch=steps))


@pytest.fixture
def unlabelled(tiny_dataset):
    return {"unlabelled_dir": (str(tiny_dataset / "test/images"),)}


@pytest.fixture
def listed(tmp_path):
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
    assert [len(make(steps)[0]) for steps in (0, 6)] == [4, 6] and make()[1] is None
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


def changed(table, other):
    return {name for name in table if not all(map(np.array_equal, table[name], other[name]))}


def test_student_takes_the_encoder_of_its_teacher(tmp_path):
    config, path = TeacherConfig.light(encoder=NANO, image_size=SIZE), str(tmp_path / "teacher_best")
    teacher = build_teacher(config)
    save_network(path, teacher, config)
    student = make_student(StudentOptions(NANO, "mobile", path), SIZE)
    table = weights_table(student.network)
    shared = {name: arrays for name, arrays in table.items() if name.startswith(("stem_", "block"))}
    assert len(shared) > 10 and not changed(shared, weights_table(teacher))
    assert isinstance(student.config, StudentConfig) and student.config.image_size == SIZE
    with pytest.raises(ValueError, match="Received: 'efficientnet_lite_nano'. Allowed: 'efficientnet_lite0'"):
        make_student(StudentOptions("efficientnet_lite0", student_weights=path), SIZE)


def test_saved_student_goes_on_whole_at_the_size_of_the_run(tmp_path):
    config = StudentConfig(encoder=NANO, image_size=SIZE)
    network = build_student(config)
    save_network(tmp_path / "student", network, config)
    student = make_student(StudentOptions(student_weights=str(tmp_path / "student")), (64, 64))
    assert (student.config.encoder, student.config.image_size) == (NANO, (64, 64))
    assert not changed(weights_table(network), weights_table(student.network))


def test_frozen_norms_of_the_encoder_stay_while_those_of_the_decoder_learn():
    student = make_student(StudentOptions(NANO, "mobile"), SIZE).network
    freeze_encoder_norms(student, NANO)
    before = weights_table(student)
    student(np.random.default_rng(0).normal(1.0, 2.0, (4, *SIZE, 3)).astype("float32"), training=True)
    norms = {layer.name for layer in student.layers if type(layer).__name__ == "BatchNormalization"}
    of_encoder = {name for name in norms if name.startswith(("stem_", "block"))}
    assert len(of_encoder) > 5 and changed(before, weights_table(student)) == norms - of_encoder
    learning = {variable.path.split("/")[0] for variable in student.trainable_variables}
    assert not learning & of_encoder and {"stem_conv", "head_conv"} <= learning
    rest = before.keys() - encoder_layer_names(NANO)
    assert all(name.startswith(("decoder", "skip", "bottleneck", "head")) for name in rest)


def test_strength_of_the_augmentation_is_the_options():
    layer = make_augmentation(DataOptions(image_size=SIZE, augment_zoom=1.5, augment_shift=0.2), seed=3)
    assert (layer.config.zoom, layer.config.shift, layer.seed, layer.image_size) == (1.5, 0.2, 3, SIZE)


@pytest.mark.parametrize(
    ("start", "gradient", "rate", "decay", "expected"),
    [
        # The first step of Adam is the rate itself, whatever the gradient.
        (0.0, 3.0, 0.01, None, [-0.001, -0.001, -0.01, -0.01]),
        # Without a gradient only the decay moves: 2 - 2 x 0.2 x (0.1 x 0.5) and 2 - 2 x 0.2 x 0.5.
        (2.0, 0.0, 0.5, 0.2, [1.98, 2.0, 1.8, 2.0]),
    ],
)
def test_slow_layers_move_and_decay_by_their_share_and_biases_never_decay(
    start, gradient, rate, decay, expected
):
    layers = [keras.layers.Dense(1, name=name) for name in ("encoder", "decoder")]
    for layer in layers:
        layer.build((None, 1))
        layer.set_weights([np.full((1, 1), start), np.full(1, start)])
    variables = [variable for layer in layers for variable in layer.trainable_variables]
    optimizer = TwoRateAdam(["encoder"], 0.1, learning_rate=rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    optimizer.apply([keras.ops.full(variable.shape, gradient) for variable in variables])
    np.testing.assert_allclose([float(v.numpy().item()) for v in variables], expected, rtol=1e-4)


@pytest.mark.parametrize("movable", [False, True])
def test_the_rate_warms_up_and_falls_to_the_horizon_wherever_it_moves(movable):
    horizon = keras.Variable(110, dtype="int32", trainable=False) if movable else 110
    options = OptimizerOptions(warmup_steps=10, final_lr_fraction=0.1)
    optimizer = make_optimizer(options, 1.0, horizon)

    def rates(steps):
        return [float(optimizer._learning_rate(step)) for step in steps]

    expected = {0: 0.05, 5: 0.525, 10: 1.0, 60: 0.55, 110: 0.1, 500: 0.1}
    np.testing.assert_allclose(rates(expected), list(expected.values()), rtol=1e-5)
    if movable:
        horizon.assign(210)
        np.testing.assert_allclose(rates([110]), [0.55], rtol=1e-5)
