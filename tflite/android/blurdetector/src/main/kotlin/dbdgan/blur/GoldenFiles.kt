package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import org.json.JSONObject
import kotlin.math.abs

/** A golden folder in the app's assets, as `python -m tflite.golden.make` writes it. */
class GoldenFiles(private val assets: AssetManager, private val folder: String) {
    private val content = JSONObject(assets.open("$folder/contract.json").bufferedReader().use { it.readText() })
    private val model = content.getJSONObject("model")

    /** What the model expects. */
    val contract = BlurContract(
        model.getInt("width"), model.getInt("height"), model.getString("kind"), channels("mean"), channels("std"),
        model.getString("polarity"), model.getDouble("output_scale").toFloat(), model.getInt("output_zero_point")
    )

    /** Path of the model among the assets. */
    val modelAsset: String = "$folder/" + model.getString("file")

    val cases: List<GoldenCase> = content.getJSONArray("cases").let { list ->
        List(list.length()) { GoldenCase(list.getJSONObject(it)) }
    }

    val inputTolerance = Tolerance(content.getJSONObject("input_tolerance"))

    /** What maps may differ on a processor; null where the contract names none. */
    fun tolerance(processor: Processor): Tolerance? =
        content.getJSONObject("tolerances").optJSONObject(processor.key)?.let { Tolerance(it) }

    fun picture(name: String): Bitmap {
        val options = BitmapFactory.Options().apply {
            inScaled = false
            inPreferredConfig = Bitmap.Config.ARGB_8888
        }
        val bitmap = assets.open("$folder/$name").use { BitmapFactory.decodeStream(it, null, options) }
        return checkNotNull(bitmap) { "Cannot decode $folder/$name." }
    }

    private fun channels(name: String) =
        model.getJSONArray(name).let { list -> FloatArray(list.length()) { list.getDouble(it).toFloat() } }
}

/** Names of one case's files. */
class GoldenCase internal constructor(names: JSONObject) {
    val picture: String = names.getString("picture")
    val input: String = names.getString("input")
    val map: String = names.getString("map")
}

/** Largest and mean absolute difference that are allowed. */
class Tolerance(val max: Float, val mean: Float) {
    internal constructor(limits: JSONObject) : this(limits.getDouble("max").toFloat(), limits.getDouble("mean").toFloat())

    /** A sentence if two equally long arrays differ by more, else null. */
    fun complaint(what: String, own: FloatArray, expected: FloatArray): String? {
        if (own.size != expected.size) return "$what: ${own.size} values; expected ${expected.size}"
        val differences = own.indices.map { abs(own[it] - expected[it]) }
        val largest = differences.fold(0f) { one, other -> maxOf(one, other) }
        val average = differences.average()
        if (largest <= max && average <= mean) return null
        return "$what: largest $largest, mean $average; allowed: largest $max, mean $mean"
    }
}
