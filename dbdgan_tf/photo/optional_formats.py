"""HEIC through pillow-heif and RAW previews through rawpy: extras, read when the first such file comes."""

import functools
import io

import numpy as np
from PIL import features

from dbdgan_tf.photo.errors import ImageInputError

RAW_SUFFIXES = (
    *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".orf"),
    *(".rw2", ".raf", ".pef", ".srw", ".rwl", ".3fr", ".erf", ".kdc", ".mrw"),
)
# LibRaw counts turns in dcraw's way.
_EXIF_ORIENTATION = {0: 1, 3: 3, 5: 8, 6: 6}
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")


def require_reader(data):
    """Sees to it that Pillow can read HEIC and AVIF, whatever the file is called; other files pass."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    # mif1 is any picture of that container; what else it is compatible with tells more.
    if brand in _AVIF_BRANDS or (brand in (b"mif1", b"msf1") and b"avif" in data[16:64]):
        if not features.check("avif"):
            raise ImageInputError("is AVIF; to read it: pip install 'pillow>=11.3'", "not installed")
    elif brand in _HEIF_BRANDS:
        try:
            _register_heif()
        except ImportError as error:
            reason = "is HEIC; to read it: pip install 'dbdgan_tf[heic]'"
            raise ImageInputError(reason, "not installed") from error


@functools.cache
def _register_heif():
    import pillow_heif

    pillow_heif.register_heif_opener()


def raw_preview(data):
    """The camera's own preview in a RAW file, or a half-size development; and EXIF's number of how it lies.

    The preview is the bytes of a JPEG, whose own orientation counts, or a uint8 array (H, W, 3) RGB.
    """
    try:
        import rawpy
    except ImportError as error:
        reason = "is RAW; to read its preview: pip install 'dbdgan_tf[raw]'"
        raise ImageInputError(reason, "not installed") from error
    try:
        with rawpy.imread(io.BytesIO(data)) as raw:
            orientation = _EXIF_ORIENTATION.get(raw.sizes.flip, 1)
            try:
                preview = raw.extract_thumb()
            except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
                # Developed pixels come upright.
                return raw.postprocess(half_size=True, output_bps=8), 1
            if preview.format == rawpy.ThumbFormat.JPEG:
                return bytes(preview.data), orientation
            return np.ascontiguousarray(preview.data), orientation
    except Exception as error:
        raise ImageInputError(f"is not a RAW photograph that can be read ({error})", "damaged") from error
