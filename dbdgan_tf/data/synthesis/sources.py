"""Sharp photographs to cut scenes from, with their regions where a human drew them."""

import functools
import importlib.util
from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.data.checking import BadDataError, image_size
from dbdgan_tf.data.layouts import list_images
from dbdgan_tf.photo import ImageInputError, read_image, read_values, resize

# Photographs inside the scikit-image package itself (nothing is downloaded) that are sharp all over.
_BUNDLED = (
    "astronaut.png brick.png camera.png chelsea.png coffee.png coins.png grass.png gravel.png ihc.png "
    "motorcycle_left.png rocket.jpg"
).split()
_LARGEST_SIDE = 1200


def bundled_photographs():
    """Paths of the sharp photographs that the scikit-image package ships; a ValueError without it."""
    package = importlib.util.find_spec("skimage")
    folder = Path(package.origin).parent / "data" if package else Path()
    found = [folder / name for name in _BUNDLED if (folder / name).is_file()] if package else []
    if not found:
        raise ValueError(
            "No bundled photographs: scikit-image is not installed or does not ship its samples. "
            "Install scikit-image, or pass --source_dir."
        )
    return found


def find_sources(source_dir=None, regions_dir=None, stems=None):
    """Lists and checks sharp photographs: sorted pairs (photograph, region map or None).

    `source_dir` None stands for those that scikit-image ships; `regions_dir` holds `<stem>.png` region
    numbers at the photographs' sizes; `stems` are those to use, None for all. A BadDataError lists every file
    that cannot be used; stems without a photograph and region maps that fit none are a ValueError.
    """
    files = list_images(source_dir) if source_dir else bundled_photographs()
    if not files:
        raise ValueError(f"No photographs to cut scenes from. Received: {source_dir}.")
    if stems is not None:
        missing = sorted(set(stems) - {path.stem for path in files})
        if missing:
            raise ValueError(f"{source_dir} has no photographs of some names. Received: {missing[:5]}.")
        files = [path for path in files if path.stem in set(stems)]
    regions = {path.stem: path for path in list_images(regions_dir)} if regions_dir else {}
    pairs = [(path, regions.get(path.stem)) for path in files]
    if regions_dir and not any(region for _, region in pairs):
        raise ValueError(f"No region map in {regions_dir} has the stem of a photograph in {source_dir}.")
    problems = [problem for problem in map(_problem, pairs) if problem]
    if problems:
        raise BadDataError(problems, len(pairs))
    return pairs


class SourcePool:
    """Cuts crops from the pairs of `find_sources`, preferring photographs that are really sharp."""

    def __init__(self, pairs):
        self.pairs = tuple(pairs)
        self._load = functools.lru_cache(64)(self._read)

    def crop(self, rng, size):
        """The sharpest of three random crops: image uint8 (H, W, 3), regions int32 (H, W) or None."""
        crops = [self._random_crop(rng, size) for _ in range(3)]
        return max(crops, key=lambda crop: sharpness(crop[0]))

    def _random_crop(self, rng, size):
        image, regions = _mirror_to(self._load(int(rng.integers(len(self.pairs)))), size)
        height, width = size
        # Only shrinking: a photograph shrunk is sharper than it was, one enlarged is blurred.
        largest = min(image.shape[0] / height, image.shape[1] / width)
        factor = rng.uniform(max(1.0, largest / 2), largest)
        rows, columns = int(height * factor), int(width * factor)
        top = int(rng.integers(image.shape[0] - rows + 1))
        left = int(rng.integers(image.shape[1] - columns + 1))
        window = np.s_[top : top + rows, left : left + columns]
        mirrored = np.s_[:, ::-1] if rng.random() < 0.5 else np.s_[:, :]
        cut = np.ascontiguousarray(resize(image[window], size)[mirrored])
        if regions is None:
            return cut, None
        shrunk = cv2.resize(regions[window], (width, height), interpolation=cv2.INTER_NEAREST)
        return cut, np.ascontiguousarray(shrunk[mirrored])

    def _read(self, index):
        path, regions_path = self.pairs[index]
        image = read_image(path)
        regions = None if regions_path is None else _read_regions(regions_path)
        factor = _LARGEST_SIDE / max(image.shape[:2])
        if factor < 1:
            size = tuple(max(1, round(side * factor)) for side in image.shape[:2])
            image = resize(image, size)
            if regions is not None:
                regions = cv2.resize(regions, size[::-1], interpolation=cv2.INTER_NEAREST)
        return image, regions


def sharpness(image):
    """How sharp the strongest edges are, whatever their contrast: n times as wide, an n-th of it."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    slope = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    bend = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    # Without any edge there is nothing to judge by; a few grey levels keep sensor noise from deciding.
    return float(np.percentile(bend[::2, ::2], 98) / (np.percentile(slope[::2, ::2], 98) + 16.0))


def _mirror_to(arrays, size):
    """Mirrors what is smaller than a size beyond its borders, as enlarging would blur it."""
    below, right = (max(0, side - had) for side, had in zip(size, arrays[0].shape[:2], strict=True))
    if not below and not right:
        return arrays
    border = (0, below, 0, right, cv2.BORDER_REFLECT_101)
    return tuple(array if array is None else cv2.copyMakeBorder(array, *border) for array in arrays)


def _read_regions(path):
    data = read_values(path)
    if data.ndim == 3:
        reason = f"holds {data.shape[2]} channels. Allowed: one channel of region numbers"
        raise ImageInputError(reason, "unsuitable", path)
    return data.astype(np.int32)


def _problem(pair):
    image, regions = pair
    try:
        size = image_size(image)
        shape = size if regions is None else _read_regions(regions).shape
    except ImageInputError as error:
        return Path(error.source), error.reason
    if shape == size:
        return None
    return regions, f"size mismatch: regions {shape}, photo {size} (height, width)"
