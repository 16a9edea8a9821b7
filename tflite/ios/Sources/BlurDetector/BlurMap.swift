/// Probability of being out of focus, 0...1, for each pixel at the model's size.
public struct BlurMap {
    public static let threshold: Float = 0.5
    public static let opacity: Float = 0.65
    private static let veil: [Int] = [38, 36, 100]
    private static let line: [UInt8] = [255, 220, 120, 255]

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

    /// RGBA bytes, alpha premultiplied, to draw over the photo: clear where in focus, a veil where blurred, a line between.
    /// `opacity`, 0...1, is the veil's where the map is 1; `threshold`, 0...1, where blur begins.
    public func overlayPixels(opacity: Float = BlurMap.opacity, threshold: Float = BlurMap.threshold) -> [UInt8] {
        precondition((0...1).contains(opacity), "An opacity lies in 0...1.")
        var pixels = values.flatMap { value -> [UInt8] in
            let alpha = value < threshold ? 0 : Int(value * (255 * opacity) + 0.5)
            return BlurMap.veil.map { UInt8(($0 * alpha + 127) / 255) } + [UInt8(alpha)]
        }
        for at in values.indices where values[at] < threshold {
            drawLine(&pixels, at % width, at / width, threshold)
        }
        return pixels
    }

    private func drawLine(_ pixels: inout [UInt8], _ x: Int, _ y: Int, _ threshold: Float) {
        func blurred(_ column: Int, _ row: Int) -> Bool {
            (0..<width).contains(column) && (0..<height).contains(row) && values[row * width + column] >= threshold
        }
        guard blurred(x - 1, y) || blurred(x + 1, y) || blurred(x, y - 1) || blurred(x, y + 1) else { return }
        let reach = max(1, (max(width, height) + 200) / 400)
        for down in -reach...reach {
            for right in -reach...reach
            where down * down + right * right <= reach * reach && blurred(x + right, y + down) {
                let place = 4 * ((y + down) * width + x + right)
                pixels.replaceSubrange(place..<(place + 4), with: BlurMap.line)
            }
        }
    }
}
