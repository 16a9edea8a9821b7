"""Photographs, masks and maps as small pictures, and the grid of them."""

import base64

import cv2
import numpy as np

from dbdgan_tf.evaluation.map_files import read_map
from dbdgan_tf.photo import read_image, read_mask, resize

MARGIN = 6
HEADER = 26
FRAME = (170, 170, 170)


def comparison_tiles(comparison, stem, maps, width):
    """uint8 RGB pictures of a width in px by column title, white = blurred; None where no map was kept."""
    files = comparison.image_files(stem)
    photo = read_image(files["image"])
    size = (max(round(photo.shape[0] * width / photo.shape[1]), 1), width)
    tiles = {
        "photo": resize(photo, size),
        "ground truth": _grey(read_mask(files["mask"], files["polarity"]), size),
    }
    for result in comparison.results:
        path = maps[result.name].get(stem)
        tiles[result.name] = None if path is None else _grey(read_map(path, result.maps_polarity), size)
    return tiles


def _grey(values, size):
    levels = values if values.dtype == np.uint8 else np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.repeat(resize(levels, size)[..., None], 3, axis=2)


def data_uri(pixels):
    """Encodes uint8 (H, W, 3) RGB as a JPEG data URI."""
    options = [cv2.IMWRITE_JPEG_QUALITY, 85]
    encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)[1]
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def spread(ranked, count):
    """Picks `count` images evenly from best to worst, so that a picture shows no chosen luck."""
    places = (np.arange(min(count, len(ranked))) + 0.5) * max(1, len(ranked) / count)
    return [ranked[int(place)] for place in places]


def grid_picture(comparison, stems, tile=(160, 220)):
    """A grid, uint8 (H, W, 3) RGB, of boxes of `tile` px: a row per stem, photo, truth and every method."""
    unknown = [stem for stem in stems if stem not in comparison.stems]
    if unknown or not stems:
        raise ValueError(f"Not among the compared images. Received: {unknown}. Allowed: evaluated stems.")
    maps = comparison.map_files()
    rows = []
    for stem in stems:
        tiles = comparison_tiles(comparison, stem, maps, tile[1])
        rows.append(np.hstack([_boxed(pixels, tile) for pixels in tiles.values()]))
        titles = list(tiles)
    return np.vstack([_header(titles, tile[1]), *rows])


def _boxed(pixels, tile):
    """Fits a picture into a white box of one margin more on every side than the tile."""
    height, width = tile
    box = np.full((height + MARGIN, width + MARGIN, 3), 255, np.uint8)
    if pixels is None:
        return box
    scale = min(height / pixels.shape[0], width / pixels.shape[1])
    fitted = resize(pixels, tuple(max(int(round(side * scale)), 1) for side in pixels.shape[:2]))
    # A frame, or white maps would melt into the page.
    fitted = cv2.copyMakeBorder(fitted, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=FRAME)
    top, left = (box.shape[0] - fitted.shape[0]) // 2, (box.shape[1] - fitted.shape[1]) // 2
    box[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return box


def _header(titles, tile_width):
    from PIL import Image, ImageDraw, ImageFont

    column = tile_width + MARGIN
    strip = Image.new("RGB", (column * len(titles), HEADER), "white")
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(size=15)
    for index, title in enumerate(titles):
        draw.text((column * (index + 0.5), HEADER / 2), title, fill=(40, 40, 40), font=font, anchor="mm")
    return np.asarray(strip)
