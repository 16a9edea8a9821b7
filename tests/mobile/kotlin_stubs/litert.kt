// Stub of com.google.ai.edge.litert 2.x, as far as BlurDetector uses it. The "model" is the grey model of
// tests/inference/flat_models.py: blur = sigmoid(r + 2 g + 3 b - 1) of the scaled pixel, so that a JVM can run the self-test.
package com.google.ai.edge.litert

import android.content.res.AssetManager
import kotlin.math.exp

enum class Accelerator { NONE, CPU, GPU, NPU }

class LiteRtException(message: String) : Exception(message)

class TensorBuffer internal constructor() : AutoCloseable {
    internal var floats: FloatArray? = null
    internal var bytes: ByteArray? = null
    private var open = true

    fun writeFloat(data: FloatArray) { floats = data }
    fun writeInt8(data: ByteArray) { bytes = data }
    fun readFloat(): FloatArray = floats!!
    fun readInt8(): ByteArray = bytes!!

    override fun close() {
        check(open) { "A buffer was closed twice." }
        open = false
        closed++
    }

    companion object { var closed = 0 }
}

class CompiledModel private constructor(private val accelerators: Set<Accelerator>) : AutoCloseable {
    class CpuOptions(val numThreads: Int? = null)

    class GpuOptions(val precision: Precision? = null) {
        enum class Precision { DEFAULT, FP16, FP32 }
    }

    class Options(vararg accelerators: Accelerator) {
        internal val accelerators = setOf(*accelerators)
        var cpuOptions: CpuOptions? = null
        var gpuOptions: GpuOptions? = null
    }

    private val thread = Thread.currentThread()

    fun createInputBuffers(): List<TensorBuffer> = listOf(TensorBuffer())
    fun createOutputBuffers(): List<TensorBuffer> = listOf(TensorBuffer())

    fun run(inputs: List<TensorBuffer>, outputs: List<TensorBuffer>) {
        check(Thread.currentThread() === thread) { "The model was compiled on another thread." }
        accelerators.forEach { if (it in broken) throw LiteRtException("$it cannot run this") }
        inputs[0].floats?.let { outputs[0].floats = answers(it) }
        inputs[0].bytes?.let { bytes ->
            val answers = answers(FloatArray(bytes.size) { ((bytes[it].toInt() and 255) - 127f) / 128f })
            outputs[0].bytes = ByteArray(answers.size) { (answers[it] * 256 + 0.5f).toInt().coerceIn(0, 255).toByte() }
        }
    }

    override fun close() = check(Thread.currentThread() === thread) { "The model was compiled on another thread." }

    private fun answers(scaled: FloatArray) = FloatArray(scaled.size / 3) {
        val logit = scaled[3 * it] + 2.0 * scaled[3 * it + 1] + 3.0 * scaled[3 * it + 2] - 1
        (1 / (1 + exp(-logit))).toFloat()
    }

    companion object {
        /** What creating a model for an accelerator throws. */
        val refused = HashMap<Accelerator, Throwable>()

        /** Accelerators that compile a model, but cannot run it. */
        val broken = HashSet<Accelerator>()

        fun create(assetManager: AssetManager, assetName: String, options: Options): CompiledModel {
            assetManager.open(assetName).close()
            options.accelerators.forEach { refused[it]?.let { reason -> throw reason } }
            return CompiledModel(options.accelerators)
        }
    }
}
