#if canImport(TensorFlowLite)
import CoreGraphics
import Foundation
import ImageIO

/// Compares this device with the golden files; run it once after installation, and in the app's own tests.
public enum BlurSelfTest {
    public struct Report {
        public let processor: Processor
        public let refusals: [Processor: String]
        /// What was out of tolerance; empty if all is well.
        public let failures: [String]
    }

    /// Blocks for some hundred milliseconds; never on the main thread.
    public static func run(_ golden: GoldenFiles, options: RunOptions = RunOptions()) throws -> Report {
        let detector = try BlurDetector(model: golden.model, contract: golden.contract, options: options)
        guard let limit = golden.content.tolerances[detector.processor.rawValue] else {
            throw BlurError("The golden files name no tolerance for \(detector.processor.rawValue).")
        }
        let failures = try golden.content.cases.flatMap { try compare($0, golden, detector, limit) }
        return Report(processor: detector.processor, refusals: detector.refusals, failures: failures)
    }

    private static func compare(
        _ golden: GoldenFiles.Case, _ files: GoldenFiles, _ detector: BlurDetector, _ limit: Tolerance
    ) throws -> [String] {
        let contract = files.contract
        let picture = try rows(files, golden.picture)
        let own = PictureResizer.resize(picture, width: contract.width, height: contract.height)
        let expected = rgb(try rows(files, golden.input))
        let map = rgb(try rows(files, golden.map))
        let greys = stride(from: 0, to: map.count, by: 3).map { Float(map[$0]) / 255 }
        let name = golden.picture
        return [
            files.content.inputTolerance.complaint("\(name), input", own: own.map(Float.init), expected: expected.map(Float.init)),
            limit.complaint("\(name), map", own: try detector.detect(pixels: expected).values, expected: greys),
            limit.complaint("\(name), picture to map", own: try detector.detect(rows: picture).values, expected: greys)
        ].compactMap { $0 }
    }

    private static func rgb(_ rows: PictureRows) -> [UInt8] {
        PictureResizer.resize(rows, width: rows.width, height: rows.height)
    }

    private static func rows(_ files: GoldenFiles, _ name: String) throws -> ImageRows {
        let path = files.folder.appendingPathComponent(name)
        guard
            let source = CGImageSourceCreateWithURL(path as CFURL, nil),
            let image = CGImageSourceCreateImageAtIndex(source, 0, nil)
        else { throw BlurError("Cannot decode \(name).") }
        return try ImageRows(image)
    }
}
#endif
