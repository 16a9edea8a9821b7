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
