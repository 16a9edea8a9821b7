import Foundation

/// How a picture longer than 3:1 is looked at: shrunk to a strip, through windows whose maps are blended. Squeezed into
/// the model's input, what is in it would hide.
struct Panorama {
    let width: Int
    let height: Int
    private var wide: Bool { width > height }

    static func suits(width: Int, height: Int) -> Bool {
        max(width, height) > 3 * min(width, height)
    }

    /// - Parameter shortest: The model's shorter side.
    init(width: Int, height: Int, shortest: Int) {
        let shrink = min(1, Double(shortest) / Double(min(width, height)))
        self.width = max(1, Int((Double(width) * shrink).rounded(.toNearestOrEven)))
        self.height = max(1, Int((Double(height) * shrink).rounded(.toNearestOrEven)))
    }

    var windows: [Range<Int>] {
        let (zoom, overlap, most) = (1.5, 0.3, 16)
        let length = max(width, height)
        let count = min(most, max(1, Int((Double(length) / (zoom * Double(min(width, height)))).rounded(.up))))
        let window = Double(length) / (1 + Double(count - 1) * (1 - overlap))
        return (0..<count).map { index in
            let start = Double(index) * window * (1 - overlap)
            return Int(start)..<min(length, Int((start + window).rounded(.up)))
        }
    }

    func detect(_ picture: PictureRows, _ look: (PictureRows) throws -> BlurMap) rethrows -> BlurMap {
        let pixels = PictureResizer.resize(picture, width: width, height: height)
        return blend(
            try windows.map { window in
                let rows = Window(
                    width: wide ? window.count : width, height: wide ? height : window.count, pixels: pixels,
                    first: wide ? window.lowerBound : window.lowerBound * width, pitch: width)
                return try look(rows).resized(width: rows.width, height: rows.height)
            })
    }

    func blend(_ maps: [BlurMap]) -> BlurMap {
        var total = [Float](repeating: 0, count: width * height)
        var weights = total
        for (map, window) in zip(maps, windows) {
            let first = wide ? window.lowerBound : window.lowerBound * width
            for at in map.values.indices {
                let (x, y) = (at % map.width, at / map.width)
                let phase = wide ? (Double(x) + 0.5) / Double(map.width) : (Double(y) + 0.5) / Double(map.height)
                let sine = sin(Double.pi * phase)
                let weight = Float(sine * sine + 1e-3)
                total[first + y * width + x] += weight * map.values[at]
                weights[first + y * width + x] += weight
            }
        }
        return BlurMap(width: width, height: height, values: zip(total, weights).map { $0 / $1 })
    }

    private struct Window: PictureRows {
        let width: Int
        let height: Int
        let pixels: [UInt8]
        let first: Int
        let pitch: Int

        func read(_ y: Int, into row: inout [UInt8]) {
            let start = 3 * (first + y * pitch)
            for at in 0..<(3 * width) { row[at] = pixels[start + at] }
        }
    }
}
