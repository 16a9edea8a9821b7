package dbdgan.blur

import kotlin.math.*

/** Rows of a picture as packed ARGB, so that a large photo is never copied whole. */
interface PictureRows {
    val width: Int
    val height: Int

    /** Copies row [y] into [row], which holds `width` pixels. */
    fun read(y: Int, row: IntArray)
}

/** The contract's resize: area average where no side grows, else bilinear with half-pixel centres. */
object PictureResizer {
    /** The picture as `width * height * 3` RGB bytes. */
    fun resize(picture: PictureRows, width: Int, height: Int): ByteArray {
        require(picture.width > 0 && picture.height > 0) { "The picture has no pixels." }
        val row = IntArray(picture.width)
        val result = Resizing(picture.width, picture.height, width, height, 3).run { y, samples ->
            picture.read(y, row)
            for (x in samples.indices) samples[x] = (row[x / 3] shr (16 - 8 * (x % 3)) and 255).toFloat()
        }
        return ByteArray(result.size) { (result[it] + 0.5f).toInt().coerceIn(0, 255).toByte() }
    }

    /** A plane of floats at another size. */
    fun resize(plane: FloatArray, fromWidth: Int, fromHeight: Int, width: Int, height: Int): FloatArray {
        return Resizing(fromWidth, fromHeight, width, height, 1).run { y, samples ->
            System.arraycopy(plane, y * fromWidth, samples, 0, fromWidth)
        }
    }

    /** Which source pixels make up each target pixel of one side, and their shares, which sum to 1. */
    internal fun weights(from: Int, to: Int, area: Boolean): Array<Span> {
        val step = from.toDouble() / to
        return Array(to) {
            if (area) areaSpan(it * step, (it + 1) * step, from) else linearSpan((it + 0.5) * step - 0.5, from)
        }
    }

    private fun areaSpan(start: Double, stop: Double, length: Int): Span {
        // Borders that differ by rounding alone are the same border.
        val edge = 1e-9
        val first = min(floor(start + edge).toInt(), length - 1)
        val last = max(first, min(ceil(stop - edge).toInt(), length) - 1)
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
}

/** Source pixels `first, first + 1, ...` and the share of each. */
internal class Span(val first: Int, val shares: FloatArray)

/** One resize: rows are read once, narrowed to the target's width, and added to the target rows that they make up. */
internal class Resizing(fromWidth: Int, private val fromHeight: Int, width: Int, height: Int, private val channels: Int) {
    private val area = fromWidth >= width && fromHeight >= height
    private val columns = PictureResizer.weights(fromWidth, width, area)
    private val rows = PictureResizer.weights(fromHeight, height, area)
    private val samples = FloatArray(fromWidth * channels)
    private val row = FloatArray(width * channels)

    fun run(read: (Int, FloatArray) -> Unit): FloatArray {
        val result = FloatArray(rows.size * row.size)
        for (y in 0 until fromHeight) {
            val targets = rows.indices.filter { y - rows[it].first in rows[it].shares.indices }
            if (targets.isEmpty()) continue
            read(y, samples)
            narrow()
            for (target in targets) {
                val share = rows[target].shares[y - rows[target].first]
                for (x in row.indices) result[target * row.size + x] += row[x] * share
            }
        }
        return result
    }

    private fun narrow() {
        for (x in row.indices) {
            val span = columns[x / channels]
            var sum = 0f
            for (index in span.shares.indices) {
                sum += samples[(span.first + index) * channels + x % channels] * span.shares[index]
            }
            row[x] = sum
        }
    }
}
