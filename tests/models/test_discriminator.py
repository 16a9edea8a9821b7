import keras
import numpy as np
import pytest

from dbdgan_tf.models import DiscriminatorConfig, build_discriminator
from dbdgan_tf.models.discriminator import spectral_layers, update_spectral_norms


def test_kinds_score_pixels_or_patches_and_the_whole_map():
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (2, 32, 48, 3)).astype("float32")
    one, other = ({"images": images, "maps": rng.random((2, 32, 48, 1)).astype("float32")} for _ in range(2))
    for kind, shape in (("unet", (2, 32, 48, 1)), ("patch", (2, 8, 12, 1))):
        network = build_discriminator(DiscriminatorConfig(kind, 4, 2, (32, 48)))
        scores = network(one)
        assert scores["pixel"].shape == shape and scores["image"].shape == (2, 1)
        # The map matters, not only the image.
        assert float(keras.ops.max(keras.ops.abs(scores["image"] - network(other)["image"]))) > 1e-6


def test_every_kernel_is_spectrally_normalised():
    network = build_discriminator(DiscriminatorConfig(base_channels=4, depth=2, image_size=(32, 48)))
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
