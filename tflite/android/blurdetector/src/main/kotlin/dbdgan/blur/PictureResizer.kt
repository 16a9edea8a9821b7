package dbdgan.blur

import kotlin.math.ceil
import kotlin.math.floor
import kotlin.math.max
import kotlin.math.min

/** Rows of a picture as packed ARGB, so that a large photo is never copied whole. */
interface PictureRows {
    val width: Int
    val height: Int

    /** Copies row [y] into [row], which holds `width` pixels. */
    fun read(y: Int, row: IntArray)
}

/** Step 2 of the contract: area average where both sides shrink, else bilinear with half-pixel centres. */
object PictureResizer {
    /** The picture as `width * height * 3` RGB bytes. */
    fun resize(picture: PictureRows, width: Int, height: Int): ByteArray {
        require(picture.width > 0 && picture.height > 0) { "The picture has no pixels." }
        val area = picture.width >= width && picture.height >= height
        val columns = weights(picture.width, width, area)
        val rows = weights(picture.height, height, area)
        val reader = RowReader(picture, columns)
        val result = ByteArray(width * height * 3)
        val sums = FloatArray(width * 3)
        for (y in 0 until height) {
            sums.fill(0f)
            val span = rows[y]
            for (index in span.shares.indices) {
                val row = reader.row(span.first + index)
                for (x in sums.indices) sums[x] += row[x] * span.shares[index]
            }
            for (x in sums.indices) result[y * sums.size + x] = (sums[x] + 0.5f).toInt().coerceIn(0, 255).toByte()
        }
        return result
    }

    /** A plane of floats brought to another size, bilinear with half-pixel centres. */
    fun resize(plane: FloatArray, fromWidth: Int, fromHeight: Int, width: Int, height: Int): FloatArray {
        require(plane.size == fromWidth * fromHeight) { "A plane of $fromWidth x $fromHeight is needed." }
        val columns = weights(fromWidth, width, false)
        val rows = weights(fromHeight, height, false)
        val result = FloatArray(width * height)
        for (y in 0 until height) {
            val row = rows[y]
            for (x in 0 until width) {
                var sum = 0f
                for (j in row.shares.indices) {
                    val start = (row.first + j) * fromWidth + columns[x].first
                    for (i in columns[x].shares.indices) {
                        sum += plane[start + i] * row.shares[j] * columns[x].shares[i]
                    }
                }
                result[y * width + x] = sum
            }
        }
        return result
    }

    /** Which source pixels make up each target pixel of one side, and their shares, which sum to 1. */
    internal fun weights(from: Int, to: Int, area: Boolean): Array<Span> {
        val step = from.toDouble() / to
        return Array(to) {
            if (area) areaSpan(it * step, (it + 1) * step, from) else linearSpan((it + 0.5) * step - 0.5, from)
        }
    }

    private fun areaSpan(start: Double, stop: Double, length: Int): Span {
        val first = min(floor(start + EDGE).toInt(), length - 1)
        val last = max(first, min(ceil(stop - EDGE).toInt(), length) - 1)
        val shares = FloatArray(last - first + 1) {
            val covered = min(stop, first + it + 1.0) - max(start, (first + it).toDouble())
            (covered / (stop - start)).toFloat()
        }
        return Span(first, shares)
    }

    private fun linearSpan(centre: Double, length: Int): Span {
        val clamped = centre.coerceIn(0.0, length - 1.0)
        val first = floor(clamped).toInt()
        val share = (clamped - first).toFloat()
        return if (share == 0f) Span(first, floatArrayOf(1f)) else Span(first, floatArrayOf(1f - share, share))
    }

    // Borders that differ by rounding alone are the same border.
    private const val EDGE = 1e-9
}

/** Source pixels `first, first + 1, ...` and the share of each. */
internal class Span(val first: Int, val shares: FloatArray)

/** Reads rows and narrows them to the target's width; keeps the last two, which bilinear rows share. */
private class RowReader(private val picture: PictureRows, private val columns: Array<Span>) {
    private val source = IntArray(picture.width)
    private val kept = Array(2) { FloatArray(columns.size * 3) }
    private val numbers = intArrayOf(-1, -1)

    fun row(y: Int): FloatArray {
        val place = y and 1
        if (numbers[place] != y) {
            picture.read(y, source)
            narrow(kept[place])
            numbers[place] = y
        }
        return kept[place]
    }

    private fun narrow(target: FloatArray) {
        for (x in columns.indices) {
            val span = columns[x]
            var red = 0f
            var green = 0f
            var blue = 0f
            for (index in span.shares.indices) {
                val pixel = source[span.first + index]
                val share = span.shares[index]
                red += (pixel shr 16 and 255) * share
                green += (pixel shr 8 and 255) * share
                blue += (pixel and 255) * share
            }
            target[3 * x] = red
            target[3 * x + 1] = green
            target[3 * x + 2] = blue
        }
    }
}
