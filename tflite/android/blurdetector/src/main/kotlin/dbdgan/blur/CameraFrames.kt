package dbdgan.blur

import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import java.util.concurrent.Executor

/**
 * Blur maps of CameraX frames.
 *
 * Frames that arrive while one is being looked at are dropped by CameraX, so the map never lags behind:
 *
 *     val analysis = ImageAnalysis.Builder()
 *         .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
 *         .build()
 *     analysis.setAnalyzer(Executors.newSingleThreadExecutor(), CameraFrames(detector, mainExecutor) { map ->
 *         overlayView.setImageBitmap(map.toOverlay())
 *     })
 *
 * @param executor Where [onMap] is called, mostly the main one.
 */
class CameraFrames(
    private val detector: BlurDetector,
    private val executor: Executor,
    private val onMap: (BlurMap) -> Unit
) : ImageAnalysis.Analyzer {
    override fun analyze(image: ImageProxy) {
        val map = try {
            detector.detect(image.toBitmap().turned(image.imageInfo.rotationDegrees))
        } finally {
            image.close()
        }
        executor.execute { onMap(map) }
    }
}
