import keras
import numpy as np
import pytest

from dbdgan_tf.models.discriminator import (
    DiscriminatorConfig,
    build_discriminator,
    spectral_layers,
    update_spectral_norms,
)

TINY = DiscriminatorConfig(base_channels=4, depth=2, image_size=(32, 48))


def inputs(seed=0):
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, (2, 32, 48, 3)).astype("float32")
    return {"images": images, "maps": rng.random((2, 32, 48, 1)).astype("float32")}


@pytest.fixture
def network():
    return build_discriminator(TINY)


def test_unet_scores_every_pixel_and_the_whole_map(network):
    scores = network(inputs())
    assert scores["pixel"].shape == (2, 32, 48, 1) and scores["image"].shape == (2, 1)
    # The map matters, not only the image.
    other = network({**inputs(), "maps": inputs(1)["maps"]})
    assert float(keras.ops.max(keras.ops.abs(scores["image"] - other["image"]))) > 1e-6


def test_patch_variant_scores_patches_and_has_no_decoder():
    network = build_discriminator(DiscriminatorConfig("patch", 4, 2, (32, 48)))
    assert network(inputs())["pixel"].shape == (2, 8, 12, 1)
    assert not [layer.name for layer in network.layers if layer.name.startswith("up")]


def test_every_kernel_is_spectrally_normalised(network):
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    assert not [layer.name for layer in network.layers if isinstance(layer, kinds)]
    assert len(spectral_layers(network)) == 2 + 2 * 2 + 2
    # Updates bring the largest singular value to one.
    for _ in range(60):
        update_spectral_norms(network)
    for layer in spectral_layers(network):
        kernel = np.asarray(keras.ops.convert_to_numpy(layer.kernel))
        largest = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
        assert largest == pytest.approx(1.0, abs=0.02), layer.name


def test_config_refuses_what_it_cannot_build_and_parameters_are_pinned():
    with pytest.raises(ValueError, match="multiples of 16"):
        DiscriminatorConfig(image_size=(100, 320))
    with pytest.raises(ValueError, match="Allowed: unet, patch"):
        DiscriminatorConfig(kind="dense")
    assert build_discriminator(DiscriminatorConfig(base_channels=16)).count_params() == 282666
