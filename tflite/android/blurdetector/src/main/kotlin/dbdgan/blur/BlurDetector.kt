package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.TensorBuffer
import java.io.Closeable
import java.util.concurrent.*
import kotlin.math.min

/** Where a model may run. NNAPI is not among them: Android deprecated it in version 15. */
enum class Processor(internal val key: String, internal val accelerator: Accelerator) {
    CPU("cpu", Accelerator.CPU), GPU("gpu", Accelerator.GPU), NPU("npu", Accelerator.NPU)
}

/**
 * How a model is run.
 *
 * @property order Processors to try, best first; CPU is always tried last.
 * @property allowReducedPrecision False makes the GPU compute in 32 bits.
 * @property cpuThreads Big cores are few; more than 4 threads slow phones down.
 */
class RunOptions(
    val order: List<Processor> = listOf(Processor.GPU),
    val allowReducedPrecision: Boolean = true,
    val cpuThreads: Int = 4
) {
    internal fun compile(processor: Processor): CompiledModel.Options {
        // One accelerator alone: a graph that it cannot take whole is refused, and the next one is tried.
        return CompiledModel.Options(processor.accelerator).apply {
            if (processor == Processor.CPU) cpuOptions = CompiledModel.CpuOptions(numThreads = cpuThreads)
            if (processor == Processor.GPU && !allowReducedPrecision) {
                gpuOptions = CompiledModel.GpuOptions(precision = CompiledModel.GpuOptions.Precision.FP32)
            }
        }
    }
}

/**
 * Finds what is out of focus in pictures.
 *
 * The model lives on one thread of its own, which compiles, runs and frees it: GPU contexts belong to a
 * thread. [detect] may be called from any thread except the main one, [detectAsync] from any.
 *
 * @param asset Path of the .tflite in the app's assets.
 * @param contract What the file expects, read by [GoldenFiles] from the contract.json beside it.
 * @throws IllegalStateException If no processor can run the model.
 */
class BlurDetector(
    private val assets: AssetManager,
    private val asset: String,
    val contract: BlurContract,
    private val options: RunOptions = RunOptions()
) : Closeable {
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "blur-detector") }
    private var model: CompiledModel? = null
    private var inputs = emptyList<TensorBuffer>()
    private var outputs = emptyList<TensorBuffer>()

    /** Where the model runs. */
    lateinit var processor: Processor
        private set

    /** Why processors that were asked for do not run it. */
    val refusals = LinkedHashMap<Processor, String>()

    init {
        runCatching { onThread { open() } }.onFailure { thread.shutdown() }.getOrThrow()
    }

    /** The blur map of an upright picture, as large as the model's input; that of a panorama is longer. Blocks. */
    fun detect(bitmap: Bitmap): BlurMap = onThread { run(bitmap) }

    /** As [detect], without blocking; [onDone] is called on [executor], once, with the map or the error. */
    fun detectAsync(bitmap: Bitmap, executor: Executor, onDone: (BlurMap?, Throwable?) -> Unit) {
        try {
            thread.execute {
                val found = runCatching { run(bitmap) }
                executor.execute { onDone(found.getOrNull(), found.exceptionOrNull()) }
            }
        } catch (error: RejectedExecutionException) {
            executor.execute { onDone(null, closed(error)) }
        }
    }

    /** Runs the model on pixels that are already at its size: `width * height * 3` RGB bytes. */
    fun detectPixels(pixels: ByteArray): BlurMap = onThread { runPixels(pixels) }

    /** Frees the model after the work that is under way. */
    @Synchronized
    override fun close() {
        if (thread.isShutdown) return
        thread.execute { free() }
        thread.shutdown()
        thread.awaitTermination(10, TimeUnit.SECONDS)
    }

    private fun open() {
        for (candidate in (options.order + Processor.CPU).distinct()) {
            // Errors, too: a native library that is not in the app is one.
            val failure = runCatching { load(candidate) }.exceptionOrNull() ?: return
            refusals[candidate] = failure.message ?: failure.toString()
            free()
        }
        throw IllegalStateException("No processor runs $asset: $refusals")
    }

    private fun load(candidate: Processor) {
        check(candidate != Processor.GPU || !contract.takesBytes) {
            "a uint8 file: GPUs compute in floats, use the float16 file"
        }
        val compiled = CompiledModel.create(assets, asset, options.compile(candidate))
        model = compiled
        inputs = compiled.createInputBuffers()
        outputs = compiled.createOutputBuffers()
        // The first run compiles shaders, and shows whether this processor gives numbers at all.
        runPixels(ByteArray(contract.width * contract.height * 3))
        processor = candidate
    }

    private fun run(bitmap: Bitmap): BlurMap {
        val picture = BitmapRows(bitmap)
        if (!Panorama.suits(picture)) return look(picture)
        return Panorama(picture, min(contract.width, contract.height)).detect { look(it) }
    }

    private fun look(picture: PictureRows) = runPixels(PictureResizer.resize(picture, contract.width, contract.height))

    private fun runPixels(pixels: ByteArray): BlurMap {
        require(pixels.size == contract.width * contract.height * 3) {
            "The model takes ${contract.width} x ${contract.height} RGB. Received: ${pixels.size} bytes."
        }
        // LiteRT has no unsigned write; writeInt8 copies bytes as they are.
        if (contract.takesBytes) inputs[0].writeInt8(pixels) else inputs[0].writeFloat(contract.scale(pixels))
        checkNotNull(model).run(inputs, outputs)
        val values = outputs[0].run {
            if (contract.takesBytes) contract.readBytes(readInt8()) else contract.readFloats(readFloat())
        }
        return BlurMap(contract.width, contract.height, values)
    }

    private fun free() {
        (inputs + outputs).forEach { it.close() }
        model?.close()
        inputs = emptyList()
        outputs = emptyList()
        model = null
    }

    private fun <T> onThread(work: () -> T): T {
        try {
            return thread.submit(Callable { work() }).get()
        } catch (error: RejectedExecutionException) {
            throw closed(error)
        } catch (error: ExecutionException) {
            throw error.cause ?: error
        }
    }

    private fun closed(cause: Throwable) = IllegalStateException("The detector is closed.", cause)
}
