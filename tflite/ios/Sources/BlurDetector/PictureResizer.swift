/// Rows of a picture as RGB bytes, so that a large photo is never copied whole.
public protocol PictureRows {
    var width: Int { get }
    var height: Int { get }

    /// Copies row `y` into `row`, which holds `width * 3` bytes: R, G, B.
    func read(_ y: Int, into row: inout [UInt8])
}

/// Source pixels `first, first + 1, ...` and the share of each; shares sum to 1.
struct Span {
    let first: Int
    let shares: [Float]
}

/// The contract's resize: area average where no side grows, else bilinear with half-pixel centres.
public enum PictureResizer {
    /// The picture as `width * height * 3` RGB bytes.
    public static func resize(_ picture: PictureRows, width: Int, height: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: picture.width * 3)
        let resizing = Resizing(
            fromWidth: picture.width, fromHeight: picture.height, width: width, height: height, channels: 3)
        return resizing.run { y, samples in
            picture.read(y, into: &bytes)
            for x in samples.indices { samples[x] = Float(bytes[x]) }
        }.map { UInt8(min(max($0 + 0.5, 0), 255)) }
    }

    /// A plane of floats at another size.
    public static func resize(_ plane: [Float], fromWidth: Int, fromHeight: Int, width: Int, height: Int) -> [Float] {
        let resizing = Resizing(
            fromWidth: fromWidth, fromHeight: fromHeight, width: width, height: height, channels: 1)
        return resizing.run { y, samples in
            for x in samples.indices { samples[x] = plane[y * fromWidth + x] }
        }
    }

    /// Which source pixels make up each target pixel of one side.
    static func weights(from: Int, to: Int, area: Bool) -> [Span] {
        let step = Double(from) / Double(to)
        return (0..<to).map { index in
            area
                ? areaSpan(Double(index) * step, Double(index + 1) * step, from)
                : linearSpan((Double(index) + 0.5) * step - 0.5, from)
        }
    }

    private static func areaSpan(_ start: Double, _ stop: Double, _ length: Int) -> Span {
        // Borders that differ by rounding alone are the same border.
        let edge = 1e-9
        let first = min(Int((start + edge).rounded(.down)), length - 1)
        let last = max(first, min(Int((stop - edge).rounded(.up)), length) - 1)
        let shares = (first...last).map { pixel -> Float in
            let covered = min(stop, Double(pixel) + 1) - max(start, Double(pixel))
            return Float(covered / (stop - start))
        }
        return Span(first: first, shares: shares)
    }

    private static func linearSpan(_ centre: Double, _ length: Int) -> Span {
        let clamped = min(max(centre, 0), Double(length - 1))
        let first = Int(clamped.rounded(.down))
        let share = Float(clamped - Double(first))
        return Span(first: first, shares: share == 0 ? [1] : [1 - share, share])
    }
}

/// One resize: rows are read once, narrowed to the target's width, and added to the target rows that they make up.
private struct Resizing {
    let fromWidth: Int
    let fromHeight: Int
    let width: Int
    let height: Int
    let channels: Int

    func run(_ read: (Int, inout [Float]) -> Void) -> [Float] {
        let area = fromWidth >= width && fromHeight >= height
        let columns = PictureResizer.weights(from: fromWidth, to: width, area: area)
        let rows = PictureResizer.weights(from: fromHeight, to: height, area: area)
        let length = width * channels
        var samples = [Float](repeating: 0, count: fromWidth * channels)
        var row = [Float](repeating: 0, count: length)
        var result = [Float](repeating: 0, count: height * length)
        for y in 0..<fromHeight {
            let targets = rows.indices.filter { rows[$0].shares.indices.contains(y - rows[$0].first) }
            if targets.isEmpty { continue }
            read(y, &samples)
            narrow(samples, columns, into: &row)
            for target in targets {
                let share = rows[target].shares[y - rows[target].first]
                for x in 0..<length { result[target * length + x] += row[x] * share }
            }
        }
        return result
    }

    private func narrow(_ samples: [Float], _ columns: [Span], into row: inout [Float]) {
        for x in row.indices {
            let span = columns[x / channels]
            var sum: Float = 0
            for (index, share) in span.shares.enumerated() {
                sum += samples[(span.first + index) * channels + x % channels] * share
            }
            row[x] = sum
        }
    }
}
