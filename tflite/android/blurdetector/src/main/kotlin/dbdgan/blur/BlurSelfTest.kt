package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap

/**
 * Compares this device with the golden files; run it once after installation, and in the app's own tests.
 *
 *     val report = BlurSelfTest.run(assets, "golden/model", RunOptions(listOf(Processor.GPU)))
 *     if (report.failures.isNotEmpty()) useOptions(RunOptions(emptyList()))   // CPU only
 */
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

    private fun compare(case: GoldenCase, golden: GoldenFiles, detector: BlurDetector): List<String> {
        val limit = checkNotNull(golden.tolerance(detector.processor)) {
            "The golden files name no tolerance for ${detector.processor}."
        }
        val picture = golden.picture(case.picture)
        val own = PictureResizer.resize(BitmapRows(picture), golden.contract.width, golden.contract.height)
        val expected = rgb(golden.picture(case.input))
        val map = greys(golden.picture(case.map))
        return listOfNotNull(
            golden.inputTolerance.complaint("${case.picture}, input", levels(own), levels(expected)),
            limit.complaint("${case.picture}, map", detector.detectPixels(expected).values, map),
            limit.complaint("${case.picture}, picture to map", detector.detect(picture).values, map)
        )
    }

    private fun rgb(bitmap: Bitmap) = PictureResizer.resize(BitmapRows(bitmap), bitmap.width, bitmap.height)

    private fun levels(pixels: ByteArray) = FloatArray(pixels.size) { (pixels[it].toInt() and 255).toFloat() }

    internal fun greys(bitmap: Bitmap): FloatArray {
        val levels = levels(rgb(bitmap))
        return FloatArray(levels.size / 3) { levels[3 * it] / 255f }
    }
}
