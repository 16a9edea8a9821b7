package dbdgan.blur

import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import java.util.concurrent.Executor

/**
 * Blur maps of CameraX frames; CameraX drops those that arrive while one is being looked at, so the map never lags.
 *
 *     val golden = GoldenFiles(context.assets, "golden/camera")   // of a lite_fast file
 *     val detector = BlurDetector(context.assets, golden.modelAsset, golden.contract, options)
 *     val analysis = ImageAnalysis.Builder()
 *         .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST).build()
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
        try {
            val map = detector.detect(image.toBitmap().turned(image.imageInfo.rotationDegrees))
            executor.execute { onMap(map) }
        } finally {
            image.close()
        }
    }
}
