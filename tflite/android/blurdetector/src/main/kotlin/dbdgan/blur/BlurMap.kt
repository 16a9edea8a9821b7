package dbdgan.blur

import kotlin.math.max

/**
 * Probability of being out of focus, 0..1, for each pixel at the model's size.
 *
 * @property values Row by row, `width * height`.
 */
class BlurMap(val width: Int, val height: Int, val values: FloatArray) {
    init {
        require(values.size == width * height) { "A map of $width x $height has ${width * height} values." }
    }

    /** Share of the picture, 0..1, that is in focus. */
    val inFocusShare: Float get() = values.count { it < THRESHOLD }.toFloat() / values.size

    fun resized(photoWidth: Int, photoHeight: Int): BlurMap =
        BlurMap(photoWidth, photoHeight, PictureResizer.resize(values, width, height, photoWidth, photoHeight))

    /** Grey ARGB pixels, white = blurred. */
    fun greyPixels(): IntArray = IntArray(values.size) {
        val level = (values[it] * 255f + 0.5f).toInt()
        (255 shl 24) or (level * 0x010101)
    }

    /**
     * ARGB pixels to draw over the photo: clear where in focus, a veil where blurred, a line between. [opacity], 0..1, is
     * the veil's where the map is 1; [threshold], 0..1, where blur begins.
     */
    fun overlayPixels(opacity: Float = OPACITY, threshold: Float = THRESHOLD): IntArray {
        require(opacity in 0f..1f) { "An opacity lies in 0..1. Received: $opacity." }
        val pixels = IntArray(values.size) {
            val alpha = if (values[it] < threshold) 0 else (values[it] * (255 * opacity) + 0.5f).toInt()
            (alpha shl 24) or VEIL
        }
        for (at in values.indices) if (values[at] < threshold) drawLine(pixels, at % width, at / width, threshold)
        return pixels
    }

    private fun drawLine(pixels: IntArray, x: Int, y: Int, threshold: Float) {
        fun blurred(column: Int, row: Int) =
            column in 0 until width && row in 0 until height && values[row * width + column] >= threshold
        if (!(blurred(x - 1, y) || blurred(x + 1, y) || blurred(x, y - 1) || blurred(x, y + 1))) return
        val reach = max(1, (max(width, height) + 200) / 400)
        for (down in -reach..reach) for (right in -reach..reach) {
            val near = down * down + right * right <= reach * reach
            if (near && blurred(x + right, y + down)) pixels[(y + down) * width + x + right] = LINE
        }
    }

    companion object {
        const val THRESHOLD = 0.5f
        const val OPACITY = 0.65f
        private const val VEIL = 0x262464
        private const val LINE = (255 shl 24) or 0xFFDC78
    }
}
