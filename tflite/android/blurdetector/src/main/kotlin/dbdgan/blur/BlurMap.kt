package dbdgan.blur

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

    /** The map at the photo's size. */
    fun resized(photoWidth: Int, photoHeight: Int): BlurMap =
        BlurMap(photoWidth, photoHeight, PictureResizer.resize(values, width, height, photoWidth, photoHeight))

    /** Grey ARGB pixels, white = blurred. */
    fun greyPixels(): IntArray = IntArray(values.size) {
        val level = (values[it] * 255f + 0.5f).toInt()
        (255 shl 24) or (level * 0x010101)
    }

    /**
     * ARGB pixels to draw over the photo, scaled with filtering: clear where sharp, orange where blurred.
     *
     * @param opacity Of full blur, 0..1.
     */
    fun overlayPixels(opacity: Float = 0.6f): IntArray {
        require(opacity in 0f..1f) { "An opacity lies in 0..1. Received: $opacity." }
        return IntArray(values.size) {
            val alpha = (values[it] * opacity * 255f + 0.5f).toInt()
            (alpha shl 24) or ORANGE
        }
    }

    companion object {
        const val THRESHOLD = 0.5f
        private const val ORANGE = 0xFF7A00
    }
}
