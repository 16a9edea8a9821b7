// Runs the Android sources on a JVM: MODE ASSETS FOLDER BROKEN, prints what the Python test compares.
package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.BitmapFactory
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.TensorBuffer
import org.json.JSONArray
import org.json.JSONObject
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor

fun main(arguments: Array<String>) {
    val assets = AssetManager(arguments[1])
    when (arguments[0]) {
        "self-test" -> selfTest(assets, arguments[2], arguments.drop(3))
        "detector" -> detector(assets, arguments[2])
        "vectors" -> vectors(assets)
        else -> error("Unknown mode: ${arguments[0]}")
    }
}

private fun say(name: String, vararg values: Any?) = println("$name ${values.joinToString(" ")}")

/** The NPU's library is absent, an Error and no Exception; `broken` accelerators compile a model and cannot run it. */
private fun selfTest(assets: AssetManager, folder: String, broken: List<String>) {
    CompiledModel.refused[Accelerator.NPU] = UnsatisfiedLinkError("no library")
    CompiledModel.broken.addAll(broken.map { Accelerator.valueOf(it) })
    val report = BlurSelfTest.run(assets, folder, RunOptions(listOf(Processor.NPU, Processor.GPU)))
    say("processor", report.processor)
    report.refusals.forEach { say("refused", it.key, it.value) }
    report.failures.forEach { say("failure", it) }
    say("closed", TensorBuffer.closed)
}

private fun detector(assets: AssetManager, folder: String) {
    val golden = GoldenFiles(assets, folder)
    val cup = golden.picture("cup.png")
    val detector = BlurDetector(assets, golden.modelAsset, golden.contract, RunOptions(emptyList()))
    val own = detector.detect(golden.picture("long.png"))
    val map = BlurSelfTest.greys(golden.picture("long.map.png"))
    say("panorama", own.width, own.height, Tolerance(0.03f, 0.006f).complaint("map", own.values, map))

    val done = CountDownLatch(2)
    val direct = Executor { it.run() }
    detector.detectAsync(cup, direct) { found, error ->
        say("callback", found?.width, found?.height, error)
        done.countDown()
    }
    Thread {
        say("thread", detector.detect(cup).values.size)
        done.countDown()
    }.start()
    done.await()
    detector.close()
    say("closed", runCatching { detector.detect(cup) }.exceptionOrNull()?.message)
    detector.detectAsync(cup, direct) { found, error -> say("late", found, error?.message) }
}

private fun vectors(assets: AssetManager) {
    val content = JSONObject(assets.open("vectors.json").bufferedReader().readText())
    val map = plane(content.getJSONObject("map"))
    objects(content, "sizes").forEach { say("size", *sized(map, it).values.toTypedArray()) }
    objects(content, "overlays").forEach {
        val opacity = it.getDouble("opacity").toFloat()
        say("overlay", *sized(map, it).overlayPixels(opacity, it.getDouble("threshold").toFloat()).toTypedArray())
    }
    objects(content, "panoramas").forEach(::panorama)
    objects(content, "sharpness").forEachIndexed { number, case ->
        val picture = BitmapRows(BitmapFactory.decodeStream(assets.open("$number.png"), null, null)!!)
        val own = Sharpness.of(picture, case.optJSONObject("map")?.let(::plane) ?: BlurMap(1, 1, floatArrayOf(0f)))
        say("sharpness", own.verdict, own.blur, own.sharpness, own.edgePx ?: 0, own.sharpUpTo)
    }
    arithmetic()
}

private fun panorama(case: JSONObject) {
    val picture = object : PictureRows {
        override val width = case.getInt("width")
        override val height = case.getInt("height")
        override fun read(y: Int, row: IntArray) = row.fill(0)
    }
    val panorama = Panorama(picture, 320)
    val wide = panorama.width > panorama.height
    val map = panorama.blend(panorama.windows.mapIndexed { number, window ->
        val (width, height) = if (wide) Pair(window.count(), panorama.height) else Pair(panorama.width, window.count())
        BlurMap(width, height, FloatArray(width * height) { number.toFloat() })
    })
    val along = if (wide) map.values.take(map.width) else map.values.filterIndexed { at, _ -> at % map.width == 0 }
    val places = panorama.windows.flatMap { listOf(it.first, it.last + 1) }
    say("panorama", panorama.width, panorama.height, *places.toTypedArray(), *along.toTypedArray())
}

private fun arithmetic() {
    val map = BlurMap(2, 1, floatArrayOf(0f, 1f))
    say("share", map.inFocusShare)
    say("grey", *map.greyPixels().map { Integer.toHexString(it) }.toTypedArray())
    val about = """{"width": 1, "height": 1, "kind": "uint8", "mean": [0, 0, 0], "std": [1, 1, 1], "polarity": "focus",
        "output_scale": 0.00390625, "output_zero_point": 0}"""
    val contract = BlurContract(JSONObject(about))
    say("focus", *contract.readBytes(byteArrayOf(64, -1)).toTypedArray())
    say("nan", runCatching { contract.readFloats(floatArrayOf(Float.NaN)) }.exceptionOrNull()?.message)
}

private fun sized(map: BlurMap, size: JSONObject) = map.resized(size.getInt("width"), size.getInt("height"))

private fun objects(content: JSONObject, name: String) =
    content.getJSONArray(name).let { list -> List(list.length()) { list.getJSONObject(it) } }

private fun plane(content: JSONObject): BlurMap {
    val values: JSONArray = content.getJSONArray("values")
    return BlurMap(
        content.getInt("width"), content.getInt("height"), FloatArray(values.length()) { values.getDouble(it).toFloat() }
    )
}
