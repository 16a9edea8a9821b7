"""The tiny student from Keras 3 to int8; tfmot runs in a process of its own, whose figures are checked."""

import json

import pytest

CODE = """
import json
import keras
import numpy as np
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.quantization import load_qat_student, qat_student, ranges, save_qat_student
from dbdgan_tf.quantization.equalization import equalize_depthwise
from dbdgan_tf.quantization.fine_tuner import FineTuner
from dbdgan_tf.quantization.legacy_keras import tf_keras
from dbdgan_tf.quantization.options import MapLossOptions, QatOptions
from dbdgan_tf.conversion import ConversionConfig, convert

keras.utils.set_random_seed(2)
folder, report = FOLDER, {}
config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(64, 64))
scaling, rng = config.input_scaling, np.random.default_rng(0)
student = build_student(config)
for weight in student.weights:
    if "variance" in weight.path:
        weight.assign(rng.uniform(0.3, 2.0, weight.shape))
    elif "mean" in weight.path or "beta" in weight.path:
        weight.assign(rng.normal(0.0, 0.1, weight.shape))
head = student.get_layer("head_conv")
head.set_weights([8.0 * array for array in head.get_weights()])
photos = rng.integers(0, 256, (4, 8, 8, 3)).repeat(8, 1).repeat(8, 2).astype("uint8")
images = scaling.apply(photos.astype("float32"))

def refusal(function):
    try:
        function()
    except ValueError as error:
        return type(error).__name__ + ": " + str(error)

# Rebuilding
float_model = qat_student.rebuild_in_tf_keras(student, config)
expected = float_model(images, training=False).numpy()
report["rebuilt"] = float(np.abs(np.asarray(student(images)) - expected).max())
other = config.replace(head_stride=4)
report["other graph"] = refusal(lambda: qat_student.rebuild_in_tf_keras(student, other))
up = tf_keras.layers.Conv2DTranspose(1, 2, name="up")
report["transposed"] = refusal(lambda: qat_student.config_for(up))

# Annotation
equalize_depthwise(float_model)
model = qat_student.make_quantize_aware(float_model)
report["configs"] = {layer.layer.name: type(layer.quantize_config).__name__
                     for layer in model.layers if hasattr(layer, "quantize_config")}
report["quantized activations"] = [layer.layer.name for layer in model.layers
                                   if any("activation_min" in weight.name for weight in layer.weights)]

# Ranges
ranges.seed_ranges(model, float_model, scaling, [photos[:2], photos[2:]])
values = {weight.name: weight.numpy() for weight in model.weights}
ends = ["quantize_layer/quantize_layer_" + end + ":0" for end in ("min", "max")]
report["input range"] = [float(values[end]) for end in ends]
joined = ["quant_" + name + "/output_max:0" for name in ("bottleneck", "decoder_s16_concat")]
report["joined"] = [float(values[name]) for name in joined]
report["unset"] = [name for name, value in values.items()
                   if name.endswith("_min:0") and (value == -6.0).all()]
report["no batch"] = refusal(lambda: ranges.seed_ranges(model, float_model, scaling, []))
simulated = model(images, training=False).numpy()
report["int8 against float"] = [float(np.abs(simulated - expected).mean()), float(expected.std())]

# Saving
save_qat_student(folder + "/qat", model, config, {"validation": {"mae": 0.5}})
loaded, loaded_config = load_qat_student(folder + "/qat")
report["loaded"] = float(np.abs(loaded(images, training=False).numpy() - simulated).max())
report["loaded config"] = loaded_config == config
json.dump({"kind": "student", "config": {}}, open(folder + "/float.json", "w"))
report["float checkpoint"] = refusal(lambda: load_qat_student(folder + "/float"))
save_qat_student(folder + "/other", model, other)
report["other weights"] = refusal(lambda: load_qat_student(folder + "/other"))

# Conversion
result = convert(ConversionConfig(checkpoint=folder + "/qat", output="", variant="qat_int8"))
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_content=result.model, num_threads=1)
interpreter.allocate_tensors()
tensors = {tensor["index"]: tensor for tensor in interpreter.get_tensor_details()}
operators = [op for op in interpreter._get_ops_details() if op["op_name"] != "DELEGATE"]
report["operators"] = [op["op_name"] for op in operators]
report["float tensors"] = sorted(t["name"] for t in tensors.values() if t["dtype"] == np.float32)
kernels = [tensors[op["inputs"][1]] for op in operators if op["op_name"] == "DEPTHWISE_CONV_2D"]
report["depthwise scales"] = [[len(kernel["quantization_parameters"]["scales"]), int(kernel["shape"][-1])]
                              for kernel in kernels]
put, get = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
report["input quantization"] = list(tensors[operators[0]["outputs"][0]]["quantization"])
errors = []
for image, wanted in zip(images, simulated):
    interpreter.set_tensor(put["index"], image[None])
    interpreter.invoke()
    errors.append(np.abs(interpreter.get_tensor(get["index"])[0] - wanted))
report["tflite"] = [float(np.max(errors)), float(np.mean(errors))]
report["metrics"] = result.metadata.metrics
save_qat_student(folder + "/imagenet", model, config.replace(scaling="imagenet"))
raw = convert(ConversionConfig(checkpoint=folder + "/imagenet", output="", variant="qat_int8", io="uint8"))
details = Interpreter(model_content=raw.model).get_input_details()[0]
report["raw bytes"] = [details["dtype"].__name__, *details["quantization"]]

# Training
batch = {"images": photos, "segmentation_masks": (photos[..., :1] > 127).astype("float32"),
         "teacher_maps": np.full((4, 64, 64, 1), 0.5, "float32"),
         "labelled": np.array([1, 1, 1, 0], "float32")}
options = QatOptions(learning_rate=1e-3, warmup_steps=1, freeze_norms_after=0.5)
tuner = FineTuner(model, scaling, MapLossOptions(), options, 12)
norms = [weight for weight in model.weights if weight.name in ("stem_bn/moving_mean:0", "stem_bn/gamma:0")]
report["losses"], report["moved"] = [], {weight.name: [] for weight in norms}
for step in range(12):
    before = [weight.numpy() for weight in norms]
    report["losses"].append(tuner.train(batch)["loss"])
    for old, weight in zip(before, norms):
        report["moved"][weight.name].append(bool((old != weight.numpy()).any()))
try:
    tuner.train({**batch, "teacher_maps": np.full((4, 64, 64, 1), np.nan, "float32")})
except FloatingPointError as error:
    report["not finite"] = str(error)
print("REPORT" + json.dumps(report))
"""


@pytest.fixture(scope="module")
def report(run_python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("qat")
    output = run_python(f"FOLDER = {str(folder)!r}\n" + CODE, timeout=1200)
    return json.loads(output.split("REPORT")[-1])


def test_rebuilt_student_equals_keras_3_and_other_graphs_are_refused(report):
    assert report["rebuilt"] <= 1e-5 and report["other graph"].startswith("ValueError: ")
    assert "Received: Conv2DTranspose" in report["transposed"]


def test_layers_are_annotated_by_the_table(report):
    conv, norm = "Default8BitConvQuantizeConfig", "NoOpQuantizeConfig"
    assert report["configs"].items() >= {
        "stem_conv": conv, "stem_bn": norm, "stem_activation": "Default8BitQuantizeConfig",
        "block1a_dwconv": conv, "block1a_project_bn": "Default8BitOutputQuantizeConfig",
        "block1a_add": "LearnedOutput", "decoder_s16_up": "Unquantized", "logits": "Unquantized",
        "decoder_s16_concat": "LearnedOutput", "head_conv": conv, "blur_map": "SigmoidOutput",
    }.items()  # fmt: skip
    # No quantizer stands between a convolution and its batch norm.
    norms = {kind for name, kind in report["configs"].items() if name.endswith("bn")}
    assert norms == {norm, "Default8BitOutputQuantizeConfig"}
    assert report["quantized activations"] == ["head_conv"]


def test_ranges_are_seeded(report):
    assert report["input range"] == pytest.approx([-127 / 128, 1.0], abs=1e-7)
    assert report["joined"][0] == report["joined"][1] and report["unset"] == []
    # A random network's answers span as much or as little as they like; beside that, a step of the output.
    error, spread = report["int8 against float"]
    assert error < 0.1 * spread + 1 / 256
    assert "at least one" in report["no batch"]


def test_saved_and_loaded_student_is_the_same_and_wrong_files_are_refused(report):
    assert report["loaded"] == 0 and report["loaded config"] is True
    assert "Received: kind 'student'" in report["float checkpoint"]
    assert "other weights" in report["other weights"]


def test_converted_student_is_int8_throughout(report):
    assert report["float tensors"] == ["blur_map", "image"]
    first, *within, last = report["operators"]
    assert (first, last) == ("QUANTIZE", "DEQUANTIZE") and not {first, last} & set(within)
    # Depthwise kernels per channel.
    assert len(report["depthwise scales"]) == 12
    assert all(scales == channels for scales, channels in report["depthwise scales"])


def test_converted_student_gives_what_was_simulated(report):
    # One step of the output is 1/256; rounding inside moves a few pixels by one or two.
    largest, mean = report["tflite"]
    assert largest <= 2.5 / 256 and mean <= 1 / 256
    assert report["input quantization"] == [pytest.approx(1 / 128), -1]
    assert report["metrics"] == {"mae": 0.5}
    # Under ImageNet's scaling raw bytes are their own quantized values.
    assert report["raw bytes"] == ["uint8", 1.0, 0]


def test_fine_tuning_lowers_the_loss(report):
    # On one batch, in either half: the untrained statistics that the second goes over to raise the loss.
    losses = report["losses"]
    assert losses[5] < losses[0] and losses[11] < losses[6]
    # Statistics freeze half-way, gamma trains on.
    means = [True] * 6 + [False] * 6
    assert report["moved"] == {"stem_bn/moving_mean:0": means, "stem_bn/gamma:0": [True] * 12}
    assert "at step 13. Received: consistency, loss" in report["not finite"]
