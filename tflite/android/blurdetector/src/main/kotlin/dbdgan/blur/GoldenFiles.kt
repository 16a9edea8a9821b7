package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import org.json.JSONArray
import org.json.JSONObject

/** A golden folder in the app's assets, as `python -m tflite.golden.make` writes it. */
class GoldenFiles(private val assets: AssetManager, private val folder: String) {
    private val content = JSONObject(assets.open("$folder/contract.json").bufferedReader().use { it.readText() })

    /** What the model expects. */
    val contract: BlurContract = content.getJSONObject("model").let {
        BlurContract(
            it.getInt("width"),
            it.getInt("height"),
            it.getString("kind"),
            floats(it.getJSONArray("mean")),
            floats(it.getJSONArray("std")),
            it.getString("polarity"),
            it.getDouble("output_scale").toFloat(),
            it.getInt("output_zero_point")
        )
    }

    /** Path of the model among the assets. */
    val modelAsset: String = "$folder/" + content.getJSONObject("model").getString("file")

    val cases: List<GoldenCase> = content.getJSONArray("cases").let { list ->
        List(list.length()) {
            val case = list.getJSONObject(it)
            GoldenCase(case.getString("picture"), case.getString("input"), case.getString("map"))
        }
    }

    val inputTolerance: Tolerance = tolerance(content.getJSONObject("input_tolerance"))

    /** What maps may differ on a processor; null where the contract names none. */
    fun tolerance(processor: Processor): Tolerance? =
        content.getJSONObject("tolerances").optJSONObject(processor.key)?.let { tolerance(it) }

    fun picture(name: String): Bitmap {
        val options = BitmapFactory.Options().apply {
            inScaled = false
            inPreferredConfig = Bitmap.Config.ARGB_8888
        }
        val bitmap = assets.open("$folder/$name").use { BitmapFactory.decodeStream(it, null, options) }
        return checkNotNull(bitmap) { "Cannot decode $folder/$name." }
    }

    private fun tolerance(limits: JSONObject) =
        Tolerance(limits.getDouble("max").toFloat(), limits.getDouble("mean").toFloat())

    private fun floats(list: JSONArray) = FloatArray(list.length()) { list.getDouble(it).toFloat() }
}

/** Names of one case's files. */
class GoldenCase(val picture: String, val input: String, val map: String)
