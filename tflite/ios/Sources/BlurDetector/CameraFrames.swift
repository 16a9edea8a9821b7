#if canImport(TensorFlowLite) && canImport(AVFoundation)
import AVFoundation

/// Blur maps of camera frames. Frames that arrive while one is being looked at are dropped, so the map never lags.
///
///     let golden = try GoldenFiles(folder)   // golden/camera, of a lite_fast file
///     let detector = try BlurDetector(model: golden.model, contract: golden.contract, options: options)
///     let frames = CameraFrames(detector: detector) { map in show(map) }
///     let output = AVCaptureVideoDataOutput()
///     output.videoSettings = [kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA]
///     output.alwaysDiscardsLateVideoFrames = true
///     output.setSampleBufferDelegate(frames, queue: DispatchQueue(label: "camera"))
///     output.connection(with: .video)?.videoOrientation = .portrait   // frames must be upright
public final class CameraFrames: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate {
    private let detector: BlurDetector
    private let onMap: (Result<BlurMap, Error>) -> Void

    /// - Parameter onMap: Called on the main queue.
    public init(detector: BlurDetector, onMap: @escaping (Result<BlurMap, Error>) -> Void) {
        self.detector = detector
        self.onMap = onMap
    }

    public func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard let buffer = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        let result = Result { try detector.detect(buffer) }
        DispatchQueue.main.async { self.onMap(result) }
    }
}
#endif
