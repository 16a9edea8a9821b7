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

/// Step 2 of the contract: area average where both sides shrink, else bilinear with half-pixel centres.
public enum PictureResizer {
    /// The picture as `width * height * 3` RGB bytes.
    public static func resize(_ picture: PictureRows, width: Int, height: Int) -> [UInt8] {
        let area = picture.width >= width && picture.height >= height
        let rows = weights(from: picture.height, to: height, area: area)
        var reader = RowReader(picture: picture, columns: weights(from: picture.width, to: width, area: area))
        var result = [UInt8](repeating: 0, count: width * height * 3)
        var sums = [Float](repeating: 0, count: width * 3)
        for y in 0..<height {
            for x in sums.indices { sums[x] = 0 }
            for (index, share) in rows[y].shares.enumerated() {
                reader.load(rows[y].first + index)
                for x in sums.indices { sums[x] += reader.row[x] * share }
            }
            for x in sums.indices { result[y * sums.count + x] = UInt8(min(max(sums[x] + 0.5, 0), 255)) }
        }
        return result
    }

    /// A plane of floats brought to another size, bilinear with half-pixel centres.
    public static func resize(_ plane: [Float], fromWidth: Int, fromHeight: Int, width: Int, height: Int) -> [Float] {
        let columns = weights(from: fromWidth, to: width, area: false)
        let rows = weights(from: fromHeight, to: height, area: false)
        var result = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var sum: Float = 0
                for (j, rowShare) in rows[y].shares.enumerated() {
                    let start = (rows[y].first + j) * fromWidth + columns[x].first
                    for (i, share) in columns[x].shares.enumerated() {
                        sum += plane[start + i] * rowShare * share
                    }
                }
                result[y * width + x] = sum
            }
        }
        return result
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

/// Reads one row at a time and narrows it to the target's width.
private struct RowReader {
    let picture: PictureRows
    let columns: [Span]
    private(set) var row: [Float]
    private var source: [UInt8]
    // The last two rows: bilinear rows share them.
    private var kept: [[Float]]
    private var numbers = [-1, -1]

    init(picture: PictureRows, columns: [Span]) {
        self.picture = picture
        self.columns = columns
        row = [Float](repeating: 0, count: columns.count * 3)
        kept = [row, row]
        source = [UInt8](repeating: 0, count: picture.width * 3)
    }

    mutating func load(_ y: Int) {
        let place = y & 1
        if numbers[place] != y {
            picture.read(y, into: &source)
            narrow(into: place)
            numbers[place] = y
        }
        row = kept[place]
    }

    private mutating func narrow(into place: Int) {
        for (x, span) in columns.enumerated() {
            for channel in 0..<3 {
                var sum: Float = 0
                for (index, share) in span.shares.enumerated() {
                    sum += Float(source[3 * (span.first + index) + channel]) * share
                }
                kept[place][3 * x + channel] = sum
            }
        }
    }
}
