package dbdgan.blur

import org.json.JSONArray
import org.json.JSONObject

/** What a .tflite file expects and gives: "model" of its `contract.json`; see tflite/golden/README.md. */
class BlurContract(model: JSONObject) {
    val width = model.getInt("width")
    val height = model.getInt("height")

    /** Bytes in, bytes out, else scaled pixels in, probabilities out. */
    val takesBytes = model.getString("kind") == "uint8"
    private val mean = channels(model.getJSONArray("mean"))
    private val std = channels(model.getJSONArray("std"))
    private val tellsBlur = model.getString("polarity") == "blur"
    private val outputScale = model.getDouble("output_scale").toFloat()
    private val outputZeroPoint = model.getInt("output_zero_point")

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
        return if (tellsBlur) probability else 1f - probability
    }

    private fun channels(values: JSONArray) = FloatArray(3) { values.getDouble(it).toFloat() }
}
