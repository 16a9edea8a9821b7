package dbdgan.blur

import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel

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
    internal val attempts: List<Processor> get() = (order + Processor.CPU).distinct()

    internal fun compile(processor: Processor): CompiledModel.Options {
        // One accelerator alone: a graph that it cannot take whole is refused, and the next one is tried.
        val options = CompiledModel.Options(processor.accelerator)
        if (processor == Processor.CPU) {
            options.cpuOptions = CompiledModel.CpuOptions(numThreads = cpuThreads)
        }
        if (processor == Processor.GPU && !allowReducedPrecision) {
            options.gpuOptions = CompiledModel.GpuOptions(precision = CompiledModel.GpuOptions.Precision.FP32)
        }
        return options
    }
}
