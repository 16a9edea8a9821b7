"""Colour profiles: whatever space a photograph is in, the detector sees sRGB, as its training did."""

import functools
import io

from PIL import ImageCms

from dbdgan_tf.photo.errors import tell_damage

# Most profiles are "sRGB IEC61966-2.1" or "sRGB built-in": then there is nothing to do.
_SRGB_NAME = "srgb"
_SRGB = ImageCms.createProfile("sRGB")
_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def to_srgb(image, profile):
    """Brings a PIL image of any mode to sRGB, mode RGB; alpha is dropped.

    With an ICC profile that is broken, which is told, or of another colour space than the pixels, these
    count as sRGB.
    """
    if image.mode == "LAB":
        return ImageCms.profileToProfile(image, ImageCms.createProfile("LAB"), _SRGB, outputMode="RGB")
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("L" if image.mode in ("1", "LA", "La") else "RGB")
    transform = _transform(profile, image.mode) if profile else None
    try:
        if transform is not None:
            return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, ValueError, AttributeError):
        tell_damage("its colour profile cannot be used")
    return image.convert("RGB")


def is_foreign(profile, mode):
    """Whether pixels of a PIL mode and an ICC profile (bytes or None) are not yet sRGB."""
    return bool(profile) and _transform(profile, mode.removesuffix("A")) is not None


@functools.lru_cache(maxsize=32)
def _transform(profile, mode):
    """The way from a profile to sRGB; None where there is nothing to do, "broken" where it cannot be read."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if _SPACES.get(source.profile.xcolor_space) != mode:
            return None
        if _SRGB_NAME in (ImageCms.getProfileDescription(source) or "").lower():
            return None
        return ImageCms.buildTransform(
            source, _SRGB, mode, "RGB", renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "broken"
