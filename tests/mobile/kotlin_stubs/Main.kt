// Runs the Android sources on a JVM: MODE ASSETS FOLDER, prints what the Python test asserts.
package dbdgan.blur

import android.content.res.AssetManager
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException
import com.google.ai.edge.litert.TensorBuffer
import org.json.JSONArray
import org.json.JSONObject
import java.io.File
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor

fun main(arguments: Array<String>) {
    val (mode, root, folder) = arguments
    val assets = AssetManager(root)
    when (mode) {
        "self-test" -> selfTest(assets, folder)
        "fallback" -> fallback(assets, folder)
        "arithmetic" -> arithmetic()
        "vectors" -> vectors(JSONObject(File(root, folder).readText()))
        "callbacks" -> callbacks(assets, folder)
        "panorama" -> panorama(assets, folder)
        else -> error("Unknown mode: $mode")
    }
}

private fun selfTest(assets: AssetManager, folder: String) {
    CompiledModel.refused[Accelerator.NPU] = LiteRtException("no NPU here")
    val report = BlurSelfTest.run(assets, folder, RunOptions(listOf(Processor.NPU, Processor.GPU)))
    println("processor ${report.processor}")
    report.refusals.forEach { println("refused ${it.key}: ${it.value}") }
    report.failures.forEach { println("failure $it") }
    println("closed ${TensorBuffer.closed}")
}

private fun fallback(assets: AssetManager, folder: String) {
    CompiledModel.broken.add(Accelerator.GPU)
    CompiledModel.refused[Accelerator.NPU] = UnsatisfiedLinkError("no library")
    val golden = GoldenFiles(assets, folder)
    val order = RunOptions(listOf(Processor.GPU, Processor.NPU))
    val detector = BlurDetector(assets, golden.modelAsset, golden.contract, order)
    println("processor ${detector.processor}")
    detector.refusals.forEach { println("refused ${it.key}: ${it.value}") }
    detector.close()
    println("closed ${TensorBuffer.closed}")
}

private fun vectors(content: JSONObject) {
    val map = plane(content.getJSONObject("map"))
    objects(content.getJSONArray("sizes")).forEach { size ->
        val expected = plane(size)
        val own = map.resized(expected.width, expected.height)
        println("resized ${Tolerance(1e-4f, 1e-4f).complaint("map", own.values, expected.values)}")
    }
    val photo = floats(content.getJSONArray("photo"))
    objects(content.getJSONArray("overlays")).forEach { case ->
        val expected = floats(case.getJSONArray("values"))
        val layer = map.resized(case.getInt("width"), case.getInt("height"))
            .overlayPixels(case.getDouble("opacity").toFloat(), case.getDouble("threshold").toFloat())
        val own = FloatArray(expected.size) {
            val alpha = layer[it / 3] ushr 24
            val level = layer[it / 3] shr (16 - 8 * (it % 3)) and 255
            ((photo[it % photo.size].toInt() * (255 - alpha) + level * alpha + 127) / 255).toFloat()
        }
        println("overlay ${Tolerance(0f, 0f).complaint("picture", own, expected)}")
    }
    objects(content.getJSONArray("panoramas")).forEach { println("panorama ${panoramaComplaint(it)}") }
    objects(content.getJSONArray("sharpness")).forEach { println("sharpness ${sharpnessComplaint(it)}") }
}

private fun panoramaComplaint(case: JSONObject): String? {
    val strip = case.getJSONObject("strip")
    val panorama = Panorama(Blank(case.getInt("width"), case.getInt("height")), 320)
    val places = case.getJSONArray("windows")
    val windows = List(places.length()) { places.getJSONArray(it).run { getInt(0) until getInt(1) } }
    if (panorama.windows != windows || panorama.width != strip.getInt("width")) return "${panorama.windows}"
    val wide = panorama.width > panorama.height
    val map = panorama.blend(windows.mapIndexed { number, window ->
        val (width, height) = if (wide) Pair(window.count(), panorama.height) else Pair(panorama.width, window.count())
        BlurMap(width, height, FloatArray(width * height) { number.toFloat() })
    })
    val expected = floats(case.getJSONArray("blend"))
    val step = case.getInt("every") * if (wide) 1 else map.width
    return relative("blend", FloatArray(expected.size) { map.values[it * step] }, expected)
}

private class Blank(override val width: Int, override val height: Int) : PictureRows {
    override fun read(y: Int, row: IntArray) = row.fill(0)
}

private fun sharpnessComplaint(case: JSONObject): String? {
    val scene = Scene(case)
    val wanted = case.getJSONObject("expected")
    val map = if (case.has("map")) plane(case.getJSONObject("map")) else BlurMap(1, 1, floatArrayOf(0f))
    val focus = BlurMap(map.width, map.height, FloatArray(map.values.size) { maxOf(1 - map.values[it], 0.1f) })
    val seen = EdgeBlur.directions(Grey.of(scene), focus)
    val own = Sharpness.of(scene, map)
    val words = "${own.verdict} ${own.blur} ${own.sharpUpTo}"
    val expected = "${wanted.getString("verdict")} ${wanted.getString("blur")} ${wanted.getInt("sharp_up_to")}"
    if (words != expected) return "$words, expected $expected"
    val numbers = (seen?.run { variances + weights } ?: DoubleArray(0)).map { it.toFloat() }
    return relative(
        "numbers",
        (numbers + own.sharpness + (own.edgePx ?: 0f)).toFloatArray(),
        floats(wanted.getJSONArray("variances")) + floats(wanted.getJSONArray("weights")) +
            wanted.getDouble("sharpness").toFloat() + if (wanted.has("edge_px")) wanted.getDouble("edge_px").toFloat() else 0f
    )
}

/** Differences to numbers, in shares of those above 1. */
private fun relative(what: String, own: FloatArray, expected: FloatArray): String? {
    if (own.size != expected.size) return "$what: ${own.size}, expected ${expected.size}"
    val scaled = { values: FloatArray -> FloatArray(values.size) { values[it] / maxOf(1f, expected[it]) } }
    return Tolerance(1e-4f, 1e-4f).complaint(what, scaled(own), scaled(expected))
}

private fun panorama(assets: AssetManager, folder: String) {
    val golden = GoldenFiles(assets, folder)
    BlurDetector(assets, golden.modelAsset, golden.contract, RunOptions(emptyList())).use { detector ->
        val own = detector.detect(golden.picture("long.png"))
        val map = BlurSelfTest.greys(golden.picture("long.map.png"))
        println("panorama ${own.width} ${own.height} ${Tolerance(0.03f, 0.006f).complaint("map", own.values, map)}")
    }
}

private fun objects(list: JSONArray) = List(list.length()) { list.getJSONObject(it) }

private fun floats(list: JSONArray) = FloatArray(list.length()) { list.getDouble(it).toFloat() }

private fun plane(content: JSONObject) =
    BlurMap(content.getInt("width"), content.getInt("height"), floats(content.getJSONArray("values")))

private fun arithmetic() {
    val map = BlurMap(2, 1, floatArrayOf(0f, 1f))
    println("share ${map.inFocusShare}")
    println("grey ${map.greyPixels().joinToString(" ") { Integer.toHexString(it) }}")
    val contract = BlurContract(1, 1, "uint8", floatArrayOf(0f, 0f, 0f), floatArrayOf(1f, 1f, 1f), "focus", 1f / 256, 0)
    println("focus ${contract.readBytes(byteArrayOf(64, -1)).joinToString(" ")}")
    try {
        contract.readFloats(floatArrayOf(Float.NaN))
    } catch (error: IllegalStateException) {
        println("nan ${error.message}")
    }
}

private fun callbacks(assets: AssetManager, folder: String) {
    val golden = GoldenFiles(assets, folder)
    val detector = BlurDetector(assets, golden.modelAsset, golden.contract, RunOptions(emptyList()))
    val done = CountDownLatch(2)
    val direct = Executor { it.run() }
    detector.detectAsync(golden.picture("cup.png"), direct) { map, error ->
        println("map ${map?.width} ${map?.height} $error")
        done.countDown()
    }
    Thread {
        println("thread ${detector.detect(golden.picture("cup.png")).values.size}")
        done.countDown()
    }.start()
    done.await()
    detector.close()
    try {
        detector.detect(golden.picture("cup.png"))
    } catch (error: IllegalStateException) {
        println("closed ${error.message}")
    }
    detector.detectAsync(golden.picture("cup.png"), direct) { map, error -> println("late $map ${error?.message}") }
}
