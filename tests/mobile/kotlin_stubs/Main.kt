// Runs the Android sources on a JVM: MODE ASSETS FOLDER, prints what the Python test asserts.
package dbdgan.blur

import android.content.res.AssetManager
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.TensorBuffer
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executor

fun main(arguments: Array<String>) {
    val (mode, root, folder) = arguments
    val assets = AssetManager(root)
    when (mode) {
        "self-test" -> selfTest(assets, folder)
        "arithmetic" -> arithmetic()
        "callbacks" -> callbacks(assets, folder)
        else -> error("Unknown mode: $mode")
    }
}

private fun selfTest(assets: AssetManager, folder: String) {
    CompiledModel.refused.add(Accelerator.NPU)
    val report = BlurSelfTest.run(assets, folder, RunOptions(listOf(Processor.NPU, Processor.GPU)))
    println("processor ${report.processor}")
    report.refusals.forEach { println("refused ${it.key}: ${it.value}") }
    report.failures.forEach { println("failure $it") }
    println("closed ${TensorBuffer.closed}")
}

private fun arithmetic() {
    val plane = PictureResizer.resize(floatArrayOf(0f, 1f), 2, 1, 4, 1)
    println("bilinear ${plane.joinToString(" ")}")
    val spans = PictureResizer.weights(3, 2, true)
    println("area ${spans.joinToString(" | ") { span -> "${span.first}: ${span.shares.joinToString(" ")}" }}")
    val map = BlurMap(2, 1, floatArrayOf(0f, 1f))
    println("share ${map.inFocusShare}")
    println("grey ${map.greyPixels().joinToString(" ") { Integer.toHexString(it) }}")
    println("overlay ${map.overlayPixels(0.5f).joinToString(" ") { Integer.toHexString(it) }}")
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
}
