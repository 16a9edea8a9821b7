"""The first directory of a TIFF: what most RAW photographs are on the outside."""

import io

from PIL import TiffImagePlugin

from dbdgan_tf.photo.damage import check_jpeg

_BEGINNINGS = (b"II*\0", b"MM\0*")
_RAW_BEGINNINGS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM")
_KIND, _PHOTOMETRIC, _SUB_DIRECTORIES, _DNG_VERSION = 254, 262, 330, 50706
_COMPRESSION, _TABLES, _JPEG = 259, 347, 7
# Offsets and lengths of tiles, or else of strips.
_PIECES = ((324, 325), (273, 279))
# Colour filter array and linear RAW.
_SENSOR = (32803, 34892)


def tiff_tags(data):
    """Dict tag -> whole number (0 for other types) of a TIFF's first directory; None of what is no TIFF."""
    if not data.startswith(_BEGINNINGS):
        return None
    try:
        directory = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        stream = io.BytesIO(data)
        stream.seek(directory.next)
        directory.load(stream)
        return {tag: value if isinstance(value := directory[tag], int) else 0 for tag in directory}
    except Exception:
        return {}


def is_raw(data, tags):
    """Whether bytes with these `tiff_tags` are a camera's RAW photograph, whatever the file is called."""
    if tags is None:
        return data.startswith(_RAW_BEGINNINGS) or data[4:12] == b"ftypcrx " or data[6:14] == b"HEAPCCDR"
    if _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) in _SENSOR or data[8:10] == b"CR":
        return True
    # NEF, ARW and their like begin with a small preview and keep the sensor's pixels below it.
    return bool(tags.get(_KIND, 0) & 1) and _SUB_DIRECTORIES in tags


def check_jpeg_pieces(data, image):
    """Tells of damage in the JPEGs that an opened PIL TIFF is made of: libtiff passes much of it."""
    tags = image.tag_v2
    if tags.get(_COMPRESSION) != _JPEG:
        return
    # All have their tables in common: one JPEG that holds nothing else.
    tables = tags.get(_TABLES, b"\xff\xd8\xff\xd9")[:-2]
    offsets, lengths = next(pair for pair in _PIECES if pair[0] in tags)
    for offset, length in zip(tags[offsets], tags[lengths]):
        check_jpeg(tables + data[offset + 2 : offset + length])
