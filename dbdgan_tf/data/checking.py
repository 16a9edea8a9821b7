"""Finds every file that would stop or spoil a run, before the run starts."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from absl import logging

from dbdgan_tf.data.layouts import list_images
from dbdgan_tf.photo import ImageInputError, load_photo, read_mask_uint8
from dbdgan_tf.photo.masks import IGNORED, in_between

ON_BAD = ("error", "skip")


class BadDataError(ValueError):
    """Samples cannot be used; `problems` holds one (path, reason) for each of those, of `total` checked."""

    def __init__(self, problems, total):
        self.problems = list(problems)
        super().__init__(
            f"{describe_problems(self.problems, total)}\nMend or remove these files, or pass on_bad='skip' "
            "(--on_bad_data=skip) to go on without them."
        )


def check_samples(samples, on_bad="error", workers=4, soft_masks=False):
    """Checks that every photograph and mask can be read and that they fit together.

    Named are: missing, empty, truncated or unreadable files, files that are no image, missing masks, masks of
    another size than the upright photograph, masks that hold 0 and 1 instead of 0 and 255, masks with levels
    other than 0, 128 (ignored) and 255, and files that share a stem. `on_bad` "error" raises one BadDataError
    that lists every bad sample, "skip" logs the list and returns the good ones, if any, in their order.
    `workers` are threads; `soft_masks` takes other levels as degrees of blur, 128 among them.
    """
    if on_bad not in ON_BAD:
        raise ValueError(f"Unknown on_bad. Received: {on_bad!r}. Allowed: {', '.join(ON_BAD)}.")
    samples = list(samples)
    shared = _files_sharing_a_stem(samples)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda sample: _problem(sample, shared, soft_masks), samples))
    problems = [problem for problem in found if problem]
    if problems and (on_bad == "error" or len(problems) == len(samples)):
        raise BadDataError(problems, len(samples))
    if problems:
        logging.warning("%s\nThey are skipped.", describe_problems(problems, len(samples)))
    return [sample for sample, problem in zip(samples, found, strict=True) if not problem]


def describe_problems(problems, total):
    """One line per bad file, after a line that counts them."""
    lines = [f"  {path}: {reason}" for path, reason in problems]
    return "\n".join([f"{len(problems)} of {total} samples cannot be used:", *lines])


def image_size(path):
    """(height, width) in px of a photograph as it is seen; an ImageInputError if the file cannot be used."""
    return load_photo(path, target=1).full_size


def _problem(sample, shared, soft_masks):
    for path in (sample.image, sample.mask):
        if path in shared:
            return path, f"shares its stem with {', '.join(sorted(other.name for other in shared[path]))}"
    try:
        size = image_size(sample.image)
    except ImageInputError as error:
        return sample.image, error.reason
    return _mask_problem(sample, size, soft_masks) if sample.mask is not None else None


def _mask_problem(sample, size, soft_masks):
    if not sample.mask.exists():
        return sample.image, f"its mask is missing: {sample.mask}"
    try:
        mask = read_mask_uint8(sample.mask)
    except ImageInputError as error:
        return sample.mask, error.reason
    if mask.shape != size:
        turned = mask.shape == size[::-1]
        hint = "; is the mask turned against the photo's EXIF orientation?" if turned else ""
        return sample.mask, f"size mismatch: mask {mask.shape}, photo {size} (height, width){hint}"
    if mask.max() == 1:
        return sample.mask, "holds only the values 0 and 1. Allowed: 0 to 255 (white is 255)"
    levels = in_between(mask)
    if levels not in ([], [IGNORED]) and not soft_masks:
        some = ", ".join(map(str, levels[:5])) + (", ..." if len(levels) > 5 else "")
        return sample.mask, (
            f"holds levels in between: {some}. Allowed: 0, 255 and {IGNORED} (ignored); "
            "--soft_masks takes others as degrees of blur"
        )
    return None


def _files_sharing_a_stem(samples):
    """Maps every used file whose stem occurs twice in its folder to the other files of that stem."""
    used = {path for sample in samples for path in (sample.image, sample.mask) if path is not None}
    by_stem = defaultdict(set)
    for folder in {path.parent for path in used}:
        for path in list_images(folder):
            by_stem[folder, path.stem].add(path)
    groups = ((path, by_stem[path.parent, path.stem]) for path in used)
    return {path: group - {path} for path, group in groups if len(group) > 1}
