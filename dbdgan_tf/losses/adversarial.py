"""Adversarial terms: relativistic average least squares, and plain least squares."""

from keras import ops

from dbdgan_tf.losses.reduction import mean_over_images


def relativistic_least_squares_loss(real, fake, sample_weight=None, counted=None):
    """Relativistic average least squares (Jolicoeur-Martineau, ICLR 2019, equations 20 and 21).

    A score is judged against the average score of the other side, so the generator's gradient does not
    vanish once the discriminator is sure.

    Args:
        real: Tensor (B, ...) of raw scores of ground-truth maps.
        fake: Tensor (B, ...) of raw scores of predicted maps.
        sample_weight: Tensor (B,) of weights per image, or None.
        counted: Tensor (B, h, w, 1) of 0 and 1, which scores of a map of scores count, or None for all.

    Returns:
        A pair of scalars >= 0: the discriminator's loss and the generator's loss.
    """
    real_over_fake = real - mean_over_images(fake, sample_weight, counted)
    fake_over_real = fake - mean_over_images(real, sample_weight, counted)

    def loss(target):
        above = mean_over_images(ops.square(real_over_fake - target), sample_weight, counted)
        below = mean_over_images(ops.square(fake_over_real + target), sample_weight, counted)
        return 0.5 * (above + below)

    return loss(1.0), loss(-1.0)


def least_squares_loss(real, fake, sample_weight=None, counted=None):
    """Least squares (Mao et al., ICCV 2017, equation 9): real scores tend to 1, fake ones to 0.

    Arguments and result as of `relativistic_least_squares_loss`.
    """
    on_real = mean_over_images(ops.square(real - 1.0), sample_weight, counted)
    on_fake = mean_over_images(ops.square(fake), sample_weight, counted)
    return 0.5 * (on_real + on_fake), 0.5 * mean_over_images(ops.square(fake - 1.0), sample_weight, counted)


ADVERSARIAL_LOSSES = {"ralsgan": relativistic_least_squares_loss, "lsgan": least_squares_loss}
