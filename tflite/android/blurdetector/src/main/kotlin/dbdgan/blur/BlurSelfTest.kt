package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import org.json.JSONObject
import kotlin.math.abs

/** Compares this device with the golden files; run it once after installation, and in the app's own tests. */
object BlurSelfTest {
    /** Where the model ran, why not elsewhere, and what was out of tolerance. */
    class Report(val processor: Processor, val refusals: Map<Processor, String>, val failures: List<String>)

    /** Blocks for some hundred milliseconds; never on the main thread. */
    fun run(assets: AssetManager, folder: String, options: RunOptions = RunOptions()): Report {
        val golden = GoldenFiles(assets, folder)
        BlurDetector(assets, golden.modelAsset, golden.contract, options).use { detector ->
            val failures = golden.cases.flatMap { compare(it, golden, detector) }
            return Report(detector.processor, detector.refusals, failures)
        }
    }

    private fun compare(case: JSONObject, golden: GoldenFiles, detector: BlurDetector): List<String> {
        val limit = checkNotNull(golden.tolerance(detector.processor)) {
            "The golden files name no tolerance for ${detector.processor}."
        }
        val name = case.getString("picture")
        val picture = golden.picture(name)
        val own = PictureResizer.resize(BitmapRows(picture), golden.contract.width, golden.contract.height)
        val expected = rgb(golden.picture(case.getString("input")))
        val map = greys(golden.picture(case.getString("map")))
        return listOfNotNull(
            golden.inputTolerance.complaint("$name, input", levels(own), levels(expected)),
            limit.complaint("$name, map", detector.detectPixels(expected).values, map),
            limit.complaint("$name, picture to map", detector.detect(picture).values, map)
        )
    }

    private fun rgb(bitmap: Bitmap) = PictureResizer.resize(BitmapRows(bitmap), bitmap.width, bitmap.height)

    private fun levels(pixels: ByteArray) = FloatArray(pixels.size) { (pixels[it].toInt() and 255).toFloat() }

    internal fun greys(bitmap: Bitmap): FloatArray {
        val levels = levels(rgb(bitmap))
        return FloatArray(levels.size / 3) { levels[3 * it] / 255f }
    }
}

/** A golden folder in the app's assets, as `python -m tflite.golden.make` writes it. */
class GoldenFiles(private val assets: AssetManager, private val folder: String) {
    private val content = JSONObject(assets.open("$folder/contract.json").bufferedReader().use { it.readText() })
    private val model = content.getJSONObject("model")
    val contract = BlurContract(model)

    /** Path of the model among the assets. */
    val modelAsset: String = "$folder/" + model.getString("file")

    /** "picture", "input" and "map" of each name files. */
    val cases = content.getJSONArray("cases").let { list -> List(list.length()) { list.getJSONObject(it) } }
    val inputTolerance = Tolerance(content.getJSONObject("input_tolerance"))

    /** What maps may differ on a processor; null where the contract names none. */
    fun tolerance(processor: Processor): Tolerance? =
        content.getJSONObject("tolerances").optJSONObject(processor.key)?.let { Tolerance(it) }

    fun picture(name: String): Bitmap {
        val options = BitmapFactory.Options().apply { inScaled = false }
        val bitmap = assets.open("$folder/$name").use { BitmapFactory.decodeStream(it, null, options) }
        return checkNotNull(bitmap) { "Cannot decode $folder/$name." }
    }
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
