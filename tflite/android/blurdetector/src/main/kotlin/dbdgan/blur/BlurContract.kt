package dbdgan.blur

/**
 * What a .tflite file expects and gives, as its `contract.json` says; see tflite/golden/README.md.
 *
 * @property kind "float32": scaled pixels in, probabilities out. "uint8": bytes in, bytes out.
 * @property mean Of R, G, B, in 0..255, as [std].
 * @property polarity What 1.0 means: "blur" or "focus".
 */
class BlurContract(
    val width: Int,
    val height: Int,
    val kind: String,
    val mean: FloatArray,
    val std: FloatArray,
    val polarity: String,
    val outputScale: Float,
    val outputZeroPoint: Int
) {
    init {
        require(kind in listOf("float32", "uint8")) { "Unknown kind. Received: $kind. Allowed: float32, uint8." }
        require(polarity in listOf("blur", "focus")) { "Unknown polarity. Received: $polarity. Allowed: blur, focus." }
        require(width > 0 && height > 0) { "A model has a size. Received: $width x $height." }
        require(mean.size == 3 && std.size == 3 && std.all { it > 0f }) { "mean and std are of R, G, B; std > 0." }
    }

    val takesBytes: Boolean get() = kind == "uint8"

    /** The float32 input, (pixel - mean) / std, of `width * height * 3` RGB bytes. */
    fun scale(pixels: ByteArray): FloatArray =
        FloatArray(pixels.size) { ((pixels[it].toInt() and 255) - mean[it % 3]) / std[it % 3] }

    /** Probabilities 0..1 of blur from a byte output. */
    fun readBytes(output: ByteArray): FloatArray =
        FloatArray(output.size) { finish(((output[it].toInt() and 255) - outputZeroPoint) * outputScale) }

    /** Probabilities 0..1 of blur from a float output; NaN tells of unusable arithmetic. */
    fun readFloats(output: FloatArray): FloatArray = FloatArray(output.size) { finish(output[it]) }

    private fun finish(value: Float): Float {
        check(!value.isNaN()) { "The model gave NaN: this processor's arithmetic does not suit the file." }
        val probability = value.coerceIn(0f, 1f)
        return if (polarity == "blur") probability else 1f - probability
    }
}
