"""Where published defocus data sets keep their photographs and masks, and what white means in each."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dbdgan_tf.photo import IMAGE_SUFFIXES, check_polarity
from dbdgan_tf.text_file import read_text

SPLITS = ("train", "test")


@dataclass(frozen=True)
class Sample:
    """One photograph and, unless it is unlabelled, its mask; `stem` names the sample's maps.

    A mask that the layout promises but that is not on disk is still named, so that `check_samples` can report
    it. `polarity` is what white means in its file, "blur" or "focus". A `sharp` photograph is known to be in
    focus all over, so it is labelled without a mask file.
    """

    stem: str
    image: Path
    mask: Path | None = None
    polarity: str = "blur"
    sharp: bool = False

    @property
    def labelled(self):
        """Whether the truth about every pixel is known."""
        return self.sharp or self.mask is not None


class Layout(NamedTuple):
    """A split of a published data set: glob patterns (`masks` in order), polarity, prefix of what is kept."""

    split: str
    images: str
    masks: tuple[str, ...]
    polarity: str
    prefix: str = ""


_SZU = "SZU-BD_test/gt/out-of-focus", "SZU-BD_test/gt"
LAYOUTS = (
    Layout("train", "train/images", ("train/masks",), "blur"),
    Layout("test", "test/images", ("test/masks",), "blur"),
    # CUHK as its authors publish it, and the test sets of Distill-DBDGAN.
    Layout("train", "shi800train", ("shi800train-gt",), "blur", "out_of_focus"),
    Layout("test", "shi200test", ("shi200test-gt",), "blur", "out_of_focus"),
    Layout("test", "CUHK_test/images", ("CUHK_test/labels",), "blur", "out_of_focus"),
    Layout("test", "DUT_test/images", ("DUT_test/labels",), "focus"),
    Layout("test", "SZU-BD_test/img/out-of-focus", _SZU, "blur"),
    # DUT, whose release holds CUHK too.
    Layout("train", "train_data/*source", ("train_data/*gt",), "focus"),
    Layout("test", "test_data/DUT/*source", ("test_data/DUT/*gt",), "focus"),
    Layout("test", "test_data/CUHK/*source", ("test_data/CUHK/*gt",), "focus"),
    Layout("test", "test_data/*source", ("test_data/*gt",), "focus"),
    Layout("train", "train_data/images", ("train_data/masks", "train_data/gt"), "focus"),
    Layout("test", "test_data/images", ("test_data/masks", "test_data/gt"), "focus"),
)


def find_samples(root, split="train", polarity=None):
    """Pairs the photographs of one split with their masks, whatever published layout the folder has.

    `root` is the unpacked data set, or a folder inside it down to the one that holds the images folder (for
    example `DATA`, `DATA/test_data` or `DATA/test_data/DUT`); `split` "train" or "test"; `polarity` what
    white means in the masks, "blur" or "focus", or None for what the layout is known to use (`train/images`
    and its like: "blur"). Returns a list of Sample, sorted by file name; nothing is opened: see
    `check_samples`. A ValueError if no layout or more than one fits.
    """
    root = Path(root)
    if split not in SPLITS:
        raise ValueError(f"Unknown split. Received: {split!r}. Allowed: {', '.join(SPLITS)}.")
    if polarity is not None:
        check_polarity(polarity)
    layout, images, masks = _match_layout(root, split)
    files = _photographs(images)
    if layout.prefix:
        named = [path for path in files if path.stem.lower().startswith(layout.prefix)]
        # A release that renames its files says nothing about their kind; only a motion name then excludes.
        files = named or [path for path in files if not path.stem.lower().startswith("motion")]
    polarity = polarity or layout.polarity
    found = {path.stem: path for path in reversed(list_images(masks))}
    return [Sample(p.stem, p, found.get(p.stem, masks / f"{p.stem}.png"), polarity) for p in files]


def find_unlabelled(folder):
    """Samples without masks, sorted, of `folder/images` or else of `folder`; a ValueError of none."""
    folder = Path(folder)
    inner = folder / "images"
    return [Sample(path.stem, path) for path in _photographs(inner if inner.is_dir() else folder)]


def read_stems(path):
    """The set of stems that a text file names, one a line; # begins a comment line."""
    lines = read_text(path).splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def list_images(folder):
    """Image files directly in a folder, by extension in any case, without hidden files, sorted."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in visible if path.suffix.lower() in IMAGE_SUFFIXES)


def _photographs(folder):
    files = list_images(folder)
    if not files:
        raise ValueError(f"No photographs in {folder}. Allowed extensions: {', '.join(IMAGE_SUFFIXES)}.")
    return files


def _match_layout(root, split):
    if not root.is_dir():
        raise ValueError(f"The data folder does not exist or is not a folder. Received: {root}.")
    found = []
    for layout in LAYOUTS:
        for images in _resolve(root, layout.images) if layout.split == split else ():
            masks = next((path for pattern in layout.masks for path in _resolve(root, pattern)), None)
            found.append((layout, images, masks or images.parent / Path(layout.masks[0]).name))
    if len(found) == 1:
        return found[0]
    if found:
        folders = ", ".join(str(images) for _, images, _ in found)
        raise ValueError(f"More than one data set fits {root}: {folders}. Pass the folder of one of them.")
    allowed = "; ".join(f"{item.images} with {item.masks[0]}" for item in LAYOUTS if item.split == split)
    raise ValueError(f"No known data set layout with a {split} split. Received: {root}. Allowed: {allowed}.")


def _resolve(root, pattern):
    """Folders that a pattern names below root, where root may itself be the pattern's first folders."""
    parts = Path(pattern).parts
    for depth in range(len(parts)):
        if depth and tuple(root.absolute().parts[-depth:]) != parts[:depth]:
            continue
        folders = sorted(path for path in root.glob("/".join(parts[depth:])) if path.is_dir())
        if folders:
            return folders
    return []
