/// Probability of being out of focus, 0...1, for each pixel at the model's size.
public struct BlurMap {
    public static let threshold: Float = 0.5

    public let width: Int
    public let height: Int
    /// Row by row, `width * height`.
    public let values: [Float]

    public init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height, "A map of \(width) x \(height) has \(width * height) values.")
        self.width = width
        self.height = height
        self.values = values
    }

    /// Share of the picture, 0...1, that is in focus.
    public var inFocusShare: Float {
        Float(values.filter { $0 < BlurMap.threshold }.count) / Float(values.count)
    }

    /// The map at the photo's size.
    public func resized(width photoWidth: Int, height photoHeight: Int) -> BlurMap {
        let plane = PictureResizer.resize(
            values, fromWidth: width, fromHeight: height, width: photoWidth, height: photoHeight)
        return BlurMap(width: photoWidth, height: photoHeight, values: plane)
    }

    /// Grey bytes, 255 = blurred.
    public func greyPixels() -> [UInt8] {
        values.map { UInt8($0 * 255 + 0.5) }
    }

    /// RGBA bytes, alpha premultiplied: clear where sharp, orange where blurred; drawn over the photo with filtering.
    ///
    /// - Parameter opacity: Of full blur, 0...1.
    public func overlayPixels(opacity: Float = 0.6) -> [UInt8] {
        precondition((0...1).contains(opacity), "An opacity lies in 0...1.")
        return values.flatMap { value -> [UInt8] in
            let alpha = value * opacity
            return [UInt8(255 * alpha + 0.5), UInt8(122 * alpha + 0.5), 0, UInt8(255 * alpha + 0.5)]
        }
    }
}
