package dbdgan.blur

import android.content.res.AssetManager
import android.graphics.Bitmap
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.TensorBuffer
import java.io.Closeable
import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.TimeUnit
import kotlin.math.min

/**
 * Finds what is out of focus in pictures.
 *
 * The model lives on one thread of its own, which compiles, runs and frees it: GPU contexts belong to a
 * thread. [detect] may be called from any thread except the main one, [detectAsync] from any.
 *
 *     BlurDetector(context.assets, "golden/model/model.tflite", GoldenFiles(context.assets, "golden/model").contract)
 *         .use { detector -> val map = detector.detect(bitmap) }
 *
 * @param asset Path of the .tflite in the app's assets.
 * @param contract What the file expects, read from the contract.json beside it.
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
        try {
            onThread { open() }
        } catch (error: Throwable) {
            thread.shutdown()
            throw error
        }
    }

    /**
     * The blur map of an upright picture of any size, as large as the model's input; that of a panorama is longer. Blocks,
     * so never on the main thread.
     */
    fun detect(bitmap: Bitmap): BlurMap = onThread { run(bitmap) }

    /**
     * As [detect], without blocking; [onDone] is called on [executor] with the map or the error, once in any case, also
     * where the detector is closed.
     */
    fun detectAsync(bitmap: Bitmap, executor: Executor, onDone: (BlurMap?, Throwable?) -> Unit) {
        val work = Runnable {
            var map: BlurMap? = null
            var failure: Throwable? = null
            try {
                map = run(bitmap)
            } catch (error: Throwable) {
                failure = error
            }
            executor.execute { onDone(map, failure) }
        }
        try {
            thread.execute(work)
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
        thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)
    }

    private fun open() {
        for (candidate in options.attempts) {
            if (candidate == Processor.GPU && contract.takesBytes) {
                refusals[candidate] = "a uint8 file: GPUs compute in floats, use the float16 file"
                continue
            }
            try {
                load(candidate)
                return
            } catch (error: Throwable) {
                // Errors, too: a native library that is not in the app is one.
                refusals[candidate] = error.message ?: error.toString()
                free()
            }
        }
        throw IllegalStateException("No processor runs $asset: $refusals")
    }

    private fun load(candidate: Processor) {
        val compiled = CompiledModel.create(assets, asset, options.compile(candidate))
        model = compiled
        inputs = compiled.createInputBuffers()
        outputs = compiled.createOutputBuffers()
        // The first run compiles shaders, and shows whether this processor gives numbers at all.
        runPixels(ByteArray(contract.width * contract.height * 3))
        processor = candidate
    }

    private fun run(bitmap: Bitmap): BlurMap {
        val picture = BitmapRows.of(bitmap)
        if (!Panorama.suits(picture)) return look(picture)
        return Panorama(picture, min(contract.width, contract.height)).detect { look(it) }
    }

    private fun look(picture: PictureRows) =
        runPixels(PictureResizer.resize(picture, contract.width, contract.height))

    private fun runPixels(pixels: ByteArray): BlurMap {
        require(pixels.size == contract.width * contract.height * 3) {
            "The model takes ${contract.width} x ${contract.height} RGB. Received: ${pixels.size} bytes."
        }
        // LiteRT has no unsigned write; writeInt8 copies bytes as they are.
        if (contract.takesBytes) inputs[0].writeInt8(pixels) else inputs[0].writeFloat(contract.scale(pixels))
        checkNotNull(model).run(inputs, outputs)
        val values = if (contract.takesBytes) {
            contract.readBytes(outputs[0].readInt8())
        } else {
            contract.readFloats(outputs[0].readFloat())
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

    private companion object {
        const val CLOSE_SECONDS = 10L
    }
}
