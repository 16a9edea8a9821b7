"""The one resize of photographs, masks and maps."""

import cv2


def resize(image, size):
    """Resizes an image or map: area averaging where no side grows, else bilinear with half-pixel centres.

    Args:
        image: Array (H, W) or (H, W, C), uint8 or float32.
        size: (height, width) in px.

    Returns:
        Array of the same dtype at the new size.
    """
    height, width = size
    if image.shape[:2] == (height, width):
        return image
    # Where one side grows, OpenCV's area rule would repeat pixels, which phones do not.
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
