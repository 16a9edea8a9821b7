import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from dbdgan_tf import quantization
from dbdgan_tf.conversion import ConversionConfig, convert
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.quantization.equalization import equalize_depthwise
from dbdgan_tf.quantization.options import MapLossOptions, QatOptions

tf_keras = pytest.importorskip("tf_keras")


@pytest.fixture(scope="module")
def nano():
    from dbdgan_tf.quantization.qat_student import rebuild_in_tf_keras

    keras.utils.set_random_seed(2)
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(64, 64))
    rng, student = np.random.default_rng(0), build_student(config)
    for weight in student.weights:
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.3, 2.0, weight.shape))
        elif "mean" in weight.path or "beta" in weight.path:
            weight.assign(rng.normal(0.0, 0.1, weight.shape))
    head = student.get_layer("head_conv")
    head.set_weights([8.0 * array for array in head.get_weights()])
    photos = rng.integers(0, 256, (4, 8, 8, 3)).repeat(8, 1).repeat(8, 2).astype("uint8")
    images = config.input_scaling.apply(photos.astype("float32"))
    rebuilt = rebuild_in_tf_keras(student, config)
    maps = rebuilt(images, training=False).numpy()
    equalize_depthwise(rebuilt)
    return SimpleNamespace(
        student=student, rebuilt=rebuilt, config=config, photos=photos, images=images, maps=maps
    )


@pytest.fixture(scope="module")
def quantized(nano, tmp_path_factory):
    from dbdgan_tf.quantization import qat_student, ranges

    path, model = tmp_path_factory.mktemp("qat") / "student", qat_student.make_quantize_aware(nano.rebuilt)
    ranges.seed_ranges(model, nano.rebuilt, nano.config.input_scaling, [nano.photos[:2], nano.photos[2:]])
    quantization.save_qat_student(path, model, nano.config, {"validation": {"mae": 0.5}})
    return SimpleNamespace(model=model, path=path, maps=model(nano.images, training=False).numpy())


def test_other_graphs_are_refused(nano):
    from dbdgan_tf.quantization import qat_student

    with pytest.raises(ValueError):
        qat_student.rebuild_in_tf_keras(nano.student, nano.config.replace(head_stride=4))
    with pytest.raises(ValueError, match="Received: Conv2DTranspose"):
        qat_student.config_for(tf_keras.layers.Conv2DTranspose(1, 2))


def test_every_channel_of_a_depthwise_kernel_gets_the_range_1_and_the_output_stays():
    layers = tf_keras.layers
    x = inputs = tf_keras.Input((8, 8, 3))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="dw")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name="bn")(x)
    # A convolution without batch norm is left alone.
    model = tf_keras.Model(inputs, layers.DepthwiseConv2D(3, padding="same", name="biased")(x))
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, 3, 1))
    kernel *= np.array([0.01, 1.0, 40.0]).reshape(1, 1, 3, 1) / np.abs(kernel).max((0, 1, 3), keepdims=True)
    model.get_layer("dw").set_weights([kernel])
    # The first channel's variance is far below epsilon once its kernel is.
    gamma, beta, mean = rng.uniform(0.5, 2, 3), rng.normal(size=3), rng.normal(size=3)
    model.get_layer("bn").set_weights([gamma, beta, mean, np.array([1e-5, 0.7, 900.0])])
    images = rng.normal(size=(2, 8, 8, 3)).astype("float32")
    before, biased = model(images, training=False).numpy(), model.get_layer("biased").get_weights()
    assert equalize_depthwise(model) == {"dw": pytest.approx(4000, rel=1e-3)}
    (kernel,) = model.get_layer("dw").get_weights()
    np.testing.assert_allclose(np.abs(kernel).max(axis=(0, 1, 3)), 1.0, rtol=1e-6)
    np.testing.assert_allclose(model(images, training=False).numpy(), before, rtol=1e-4, atol=1e-5)
    assert all(map(np.array_equal, biased, model.get_layer("biased").get_weights()))


def test_layers_are_annotated_by_the_table(quantized):
    layers = [layer for layer in quantized.model.layers if hasattr(layer, "quantize_config")]
    configs = {layer.layer.name: type(layer.quantize_config).__name__ for layer in layers}
    conv, norm = "Default8BitConvQuantizeConfig", "NoOpQuantizeConfig"
    assert configs.items() >= {
        "stem_conv": conv, "stem_bn": norm, "stem_activation": "Default8BitQuantizeConfig",
        "block1a_dwconv": conv, "block1a_project_bn": "Default8BitOutputQuantizeConfig",
        "block1a_add": "LearnedOutput", "decoder_s16_up": "Unquantized", "logits": "Unquantized",
        "decoder_s16_concat": "LearnedOutput", "head_conv": conv, "blur_map": "SigmoidOutput",
    }.items()  # fmt: skip
    # No quantizer stands between a convolution and its batch norm.
    norms = {kind for name, kind in configs.items() if name.endswith("bn")}
    assert norms == {norm, "Default8BitOutputQuantizeConfig"}
    names = {layer.layer.name: [weight.name for weight in layer.weights] for layer in layers}
    assert [layer for layer, own in names.items() if "activation_min" in str(own)] == ["head_conv"]


def test_ranges_are_seeded(nano, quantized):
    values = {weight.name: weight.numpy() for weight in quantized.model.weights}
    ends = [float(values[f"quantize_layer/quantize_layer_{end}:0"]) for end in ("min", "max")]
    assert ends == pytest.approx([-127 / 128, 1.0], abs=1e-7)
    joined = [values[f"quant_{name}/output_max:0"] for name in ("bottleneck", "decoder_s16_concat")]
    assert joined[0] == joined[1]
    assert not [name for name, value in values.items() if name.endswith("_min:0") and (value == -6.0).all()]
    # A random network's answers span as much or as little as they like; beside that, a step of the output.
    assert np.abs(quantized.maps - nano.maps).mean() < 0.1 * nano.maps.std() + 1 / 256


def test_saved_and_loaded_student_is_the_same_and_wrong_files_are_refused(nano, quantized, tmp_path):
    loaded, config = quantization.load_qat_student(quantized.path)
    assert config == nano.config
    np.testing.assert_array_equal(loaded(nano.images, training=False).numpy(), quantized.maps)
    (tmp_path / "float.json").write_text(json.dumps({"kind": "student", "config": {}}))
    quantization.save_qat_student(tmp_path / "other", quantized.model, nano.config.replace(head_stride=4))
    for name, message in (("float", "Received: kind 'student'"), ("other", "other weights")):
        with pytest.raises(ValueError, match=message):
            quantization.load_qat_student(tmp_path / name)


def test_converted_student_is_int8_throughout_and_gives_what_was_simulated(nano, quantized, tmp_path):
    result = convert(ConversionConfig(checkpoint=str(quantized.path), output="", variant="qat_int8"))
    assert result.metadata.metrics == {"mae": 0.5}
    interpreter = Interpreter(model_content=result.model, num_threads=1)
    interpreter.allocate_tensors()
    tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
    assert {t["name"] for t in tensors.values() if t["dtype"] == np.float32} == {"blur_map", "image"}
    operators = [op for op in interpreter._get_ops_details() if op["op_name"] != "DELEGATE"]
    first, *within, last = [op["op_name"] for op in operators]
    assert (first, last) == ("QUANTIZE", "DEQUANTIZE") and not {first, last} & set(within)
    assert tensors[operators[0]["outputs"][0]]["quantization"] == (pytest.approx(1 / 128), -1)
    # Depthwise kernels per channel.
    kernels = [tensors[op["inputs"][1]] for op in operators if op["op_name"] == "DEPTHWISE_CONV_2D"]
    assert len(kernels) == 12
    assert all(len(k["quantization_parameters"]["scales"]) == k["shape"][-1] for k in kernels)
    put, get = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    errors = []
    for image, wanted in zip(nano.images, quantized.maps):
        interpreter.set_tensor(put["index"], image[None])
        interpreter.invoke()
        errors.append(np.abs(interpreter.get_tensor(get["index"])[0] - wanted))
    # One step of the output is 1/256; rounding inside moves a few pixels by one or two.
    assert np.max(errors) <= 2.5 / 256 and np.mean(errors) <= 1 / 256
    # Under ImageNet's scaling raw bytes are their own quantized values.
    quantization.save_qat_student(tmp_path / "raw", quantized.model, nano.config.replace(scaling="imagenet"))
    raw = ConversionConfig(checkpoint=str(tmp_path / "raw"), output="", variant="qat_int8", io="uint8")
    details = Interpreter(model_content=convert(raw).model).get_input_details()[0]
    assert (details["dtype"], details["quantization"]) == (np.uint8, (1.0, 0))


def test_fine_tuning_lowers_the_loss(nano, quantized):
    from dbdgan_tf.quantization.fine_tuner import FineTuner

    model, maps = quantization.load_qat_student(quantized.path)[0], np.full((4, 64, 64, 1), 0.5, "float32")
    masks = (nano.photos[..., :1] > 127).astype("float32")
    labelled = np.array([1, 1, 1, 0], "float32")
    batch = {"images": nano.photos, "segmentation_masks": masks, "labelled": labelled, "teacher_maps": maps}
    options = QatOptions(learning_rate=1e-3, warmup_steps=1, freeze_norms_after=0.5)
    tuner = FineTuner(model, nano.config.input_scaling, MapLossOptions(), options, 12)
    names = ("stem_bn/moving_mean:0", "stem_bn/gamma:0")
    losses, norms = [], [weight for name in names for weight in model.weights if weight.name == name]
    for step in range(12):
        before = [weight.numpy() for weight in norms]
        losses.append(tuner.train(batch)["loss"])
        # Statistics freeze half-way, gamma trains on.
        assert [(old != new.numpy()).any() for old, new in zip(before, norms)] == [step < 6, True]
    # On one batch, in either half: the untrained statistics that the second goes over to raise the loss.
    assert losses[5] < losses[0] and losses[11] < losses[6]
    with pytest.raises(FloatingPointError, match="at step 13. Received: consistency, loss"):
        tuner.train({**batch, "teacher_maps": np.nan * maps})
