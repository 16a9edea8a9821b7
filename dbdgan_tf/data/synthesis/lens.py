"""The thin lens: how wide a point at some depth is smeared on the sensor."""

import dataclasses

import cv2
import numpy as np

_SUPERSAMPLING = 16
# OpenCV also fills what a polygon's outline touches, which widens it by this many subpixels on every side.
_OUTLINE = 0.4


@dataclasses.dataclass(frozen=True)
class ThinLens:
    """A lens focused at one distance.

    Attributes:
        focal_length: Focal length in mm.
        f_number: Focal length over aperture diameter.
        focus_distance: Distance of the plane in focus, in m; must exceed the focal length.
        sensor_width: Width of the sensor in mm.
        image_width: Width of the picture in px.
    """

    focal_length: float = 50.0
    f_number: float = 2.0
    focus_distance: float = 2.0
    sensor_width: float = 36.0
    image_width: int = 320

    def circle_of_confusion(self, depth):
        """Diameter in px of the blur disc, c = (f / N) * |d - s| / d * f / (s - f), at depths d in m."""
        depth = np.asarray(depth, np.float64)
        focus = 1000.0 * self.focus_distance
        aperture = self.focal_length / self.f_number
        # |d - s| / d, written so that an infinite depth gives 1.
        relative = np.abs(1.0 - self.focus_distance / depth)
        diameter = aperture * relative * self.focal_length / (focus - self.focal_length)
        return diameter * self.image_width / self.sensor_width

    def with_blur(self, depth, diameter):
        """The same lens with the f-number that smears a depth over a given diameter in px."""
        factor = float(self.circle_of_confusion(depth)) / diameter
        return dataclasses.replace(self, f_number=self.f_number * factor)


def aperture_kernel(diameter, blades=0, rotation=0.0):
    """The picture of a point out of focus: a disc, or the polygon that an iris with few blades makes.

    Args:
        diameter: Width in px (of the disc, or of the polygon's disc of equal area).
        blades: 0 for a disc, else the number of corners, at least 3.
        rotation: Turn of the polygon in radians.

    Returns:
        float32 array (K, K), K odd, sum 1. A diameter of at most 1 px gives the single pixel 1.
    """
    if diameter <= 1.0:
        return np.ones((1, 1), np.float32)
    radius = diameter / 2.0
    corners = blades or 64
    # The circumscribed radius of a polygon with the disc's area.
    radius *= np.sqrt(2 * np.pi / (corners * np.sin(2 * np.pi / corners)))
    size = 2 * int(np.ceil(radius)) + 1
    angles = rotation + 2 * np.pi * np.arange(corners) / corners
    centre = (size * _SUPERSAMPLING - 1) / 2.0
    outline = radius * _SUPERSAMPLING - _OUTLINE
    points = centre + outline * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    canvas = np.zeros((size * _SUPERSAMPLING,) * 2, np.float32)
    # OpenCV takes corners in 1/256 px as whole numbers.
    cv2.fillConvexPoly(canvas, np.rint(points * 256).astype(np.int32), 1.0, cv2.LINE_8, shift=8)
    kernel = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return kernel / kernel.sum()
