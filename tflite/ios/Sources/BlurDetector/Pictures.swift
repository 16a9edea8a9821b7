#if canImport(CoreVideo) && canImport(CoreGraphics)
import CoreGraphics
import CoreVideo
import Foundation

/// Rows of a 32BGRA pixel buffer, as AVCaptureVideoDataOutput gives it. Lives inside `withRows`.
public struct PixelBufferRows: PictureRows {
    public let width: Int
    public let height: Int
    private let base: UnsafeRawPointer
    private let bytesPerRow: Int

    /// Locks the buffer while `work` reads it; throws if it is not 32BGRA.
    public static func withRows<T>(_ buffer: CVPixelBuffer, _ work: (PixelBufferRows) throws -> T) throws -> T {
        guard CVPixelBufferGetPixelFormatType(buffer) == kCVPixelFormatType_32BGRA else {
            throw BlurError("Ask the camera for kCVPixelFormatType_32BGRA; other pixel buffers are not read.")
        }
        CVPixelBufferLockBaseAddress(buffer, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
        guard let base = CVPixelBufferGetBaseAddress(buffer) else {
            throw BlurError("The pixel buffer has no memory.")
        }
        return try work(
            PixelBufferRows(
                width: CVPixelBufferGetWidth(buffer), height: CVPixelBufferGetHeight(buffer),
                base: UnsafeRawPointer(base), bytesPerRow: CVPixelBufferGetBytesPerRow(buffer)))
    }

    public func read(_ y: Int, into row: inout [UInt8]) {
        let source = base.advanced(by: y * bytesPerRow).assumingMemoryBound(to: UInt8.self)
        for x in 0..<width {
            row[3 * x] = source[4 * x + 2]
            row[3 * x + 1] = source[4 * x + 1]
            row[3 * x + 2] = source[4 * x]
        }
    }
}

/// Rows of an upright CGImage, drawn once as sRGB.
public struct ImageRows: PictureRows {
    public let width: Int
    public let height: Int
    private let pixels: [UInt8]

    public init(_ image: CGImage) throws {
        width = image.width
        height = image.height
        var drawn = [UInt8](repeating: 255, count: width * height * 4)
        let area = CGRect(x: 0, y: 0, width: width, height: height)
        let done = drawn.withUnsafeMutableBytes { memory -> Bool in
            guard
                let space = CGColorSpace(name: CGColorSpace.sRGB),
                let context = CGContext(
                    data: memory.baseAddress, width: image.width, height: image.height, bitsPerComponent: 8,
                    bytesPerRow: 4 * image.width, space: space,
                    bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
            else { return false }
            context.draw(image, in: area)
            return true
        }
        guard done else { throw BlurError("The image cannot be drawn: \(image.width) x \(image.height).") }
        pixels = drawn
    }

    public func read(_ y: Int, into row: inout [UInt8]) {
        for x in 0..<width {
            let place = 4 * (y * width + x)
            row[3 * x] = pixels[place]
            row[3 * x + 1] = pixels[place + 1]
            row[3 * x + 2] = pixels[place + 2]
        }
    }
}

extension BlurMap {
    /// Picture to draw over the photo: see `overlayPixels`. Call it on the map at the photo's size for a fine line.
    public func overlayImage(opacity: Float = BlurMap.opacity, threshold: Float = BlurMap.threshold) -> CGImage? {
        guard
            let provider = CGDataProvider(data: Data(overlayPixels(opacity: opacity, threshold: threshold)) as CFData),
            let space = CGColorSpace(name: CGColorSpace.sRGB)
        else { return nil }
        return CGImage(
            width: width, height: height, bitsPerComponent: 8, bitsPerPixel: 32, bytesPerRow: 4 * width, space: space,
            bitmapInfo: CGBitmapInfo(rawValue: CGImageAlphaInfo.premultipliedLast.rawValue), provider: provider,
            decode: nil, shouldInterpolate: true, intent: .defaultIntent)
    }
}
#endif
