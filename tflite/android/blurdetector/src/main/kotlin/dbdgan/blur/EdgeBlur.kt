package dbdgan.blur

import kotlin.math.*

/**
 * How blurred the edges of a photo are, in its own pixels: dbdgan_tf/sharpness/edges.py, which says why.
 *
 * @property variance Across the direction in which edges are widest, px^2.
 * @property anisotropy How many times wider that is than at right angles to it.
 */
internal class EdgeBlur(val variance: Double, val anisotropy: Double) {
    private class Point(val strength: Double, val direction: Int, val ratio: Double)

    /** Cells on top of each other, each with a margin of 8 px. */
    private class Cells(val width: Int, val cellHeight: Int, val values: FloatArray) {
        val height = values.size / width

        /** Of the edges; those of texture, 5 times the quiet of the picture, are left out, at most 70 %. */
        fun points(): List<Point> {
            val fine = filter(bell(FINE)).values
            val coarse = filter(bell(COARSE))
            val across = coarse.filter(DIFFERENCE, false).values
            val down = coarse.filter(DIFFERENCE, true).values
            val strengths = FloatArray(values.size) { sqrt(across[it] * across[it] + down[it] * down[it]) }
            val least = leastGradient()
            val found = ArrayList<Point>()
            for (at in values.indices) {
                val strength = strengths[at].toDouble()
                if (strength <= least || !inside(at)) continue
                val x = across[at] / strength
                val y = down[at] / strength
                val step = round(1.3 * y).toInt() * width + round(1.3 * x).toInt()
                if (strengths[at] < strengths[at + step] || strengths[at] <= strengths[at - step]) continue
                val gradient = ((fine[at + 1] - fine[at - 1]) * x + (fine[at + width] - fine[at - width]) * y) / 2
                val direction = round((atan2(y, x) / PI + 1) * DIRECTIONS).toInt() % DIRECTIONS
                found.add(Point(strength, direction, gradient / strength))
            }
            val quiet = Cells(width, cellHeight, strengths).quiet()
            val texture = min(5 * quiet, quantile(found.map { it.strength }, 0.7))
            return found.filter { it.strength >= texture }
        }

        private fun inside(at: Int) =
            at % width in MARGIN until width - MARGIN && at / width % cellHeight in MARGIN until cellHeight - MARGIN

        private fun leastGradient(): Double {
            val grain = filter(doubleArrayOf(1.0, -2.0, 1.0)).values
            val noise = Cells(width, cellHeight, FloatArray(grain.size) { abs(grain[it]) }).quiet() * sqrt(PI / 2) / 6
            return 1 + 7 * noise / (sqrt(8 * PI) * COARSE_VARIANCE)
        }

        private fun quiet(): Double {
            val blocks = PictureResizer.resize(values, width, height, max(1, width / 16), max(1, height / 16))
            return quantile(blocks.map { it.toDouble() }, 0.05)
        }

        private fun filter(kernel: DoubleArray) = filter(kernel, false).filter(kernel, true)

        private fun filter(kernel: DoubleArray, isDown: Boolean): Cells {
            val reach = kernel.size / 2
            val length = if (isDown) height else width
            val places = IntArray(length + 2 * reach) { mirrored(it - reach, length) * if (isDown) width else 1 }
            return Cells(width, cellHeight, FloatArray(values.size) { at ->
                val first = if (isDown) at / width else at % width
                val base = if (isDown) at % width else at - first
                var sum = 0.0
                for (tap in kernel.indices) sum += kernel[tap] * values[base + places[first + tap]]
                sum.toFloat()
            })
        }
    }

    companion object {
        private const val FINE = 0.6
        private const val COARSE = 1.8
        private const val FINE_VARIANCE = FINE * FINE + 1.0 / 3
        private const val COARSE_VARIANCE = COARSE * COARSE + 1.0 / 3
        private const val CELL = 96
        private const val MARGIN = 8
        private const val LEAST_CELLS = 4
        private const val LAG = 2
        private const val DIRECTIONS = 8
        private const val HALVE_FROM = 3.0
        private val DIFFERENCE = doubleArrayOf(-0.5, 0.0, 0.5)

        /** [focus] is how much each place matters, 0..1; null where there are too few edges to tell. */
        fun of(photo: Grey, focus: BlurMap): EdgeBlur? {
            var grey = photo
            var factor = 1
            var least = -FINE_VARIANCE
            var variance = Double.NaN
            val logs = ArrayList<Double>()
            while (true) {
                val here = measure(grey, focus)
                if (here != null) {
                    variance = max(least, here.variance) * factor * factor
                    logs.add(ln(here.anisotropy))
                }
                val clear = here != null && here.variance < HALVE_FROM
                if (clear || factor == 8 || min(grey.width, grey.height) < 2 * 64) break
                least = if (here != null) HALVE_FROM / 4 else least / 4
                grey = grey.shrunk(grey.width / 2, grey.height / 2)
                factor *= 2
            }
            return if (logs.isEmpty()) null else EdgeBlur(variance, exp(logs.average()))
        }

        private fun measure(grey: Grey, focus: BlurMap): EdgeBlur? {
            val points = bestCells(grey, focus).points()
            if (points.size < 60) return null
            val faint = 0.3 * strong(points)
            val members = List(DIRECTIONS) { direction ->
                val own = points.filter { it.direction == direction }
                val limit = max(faint, strong(own))
                own.filter { it.strength >= limit }
            }
            val total = members.map { it.size }.sum()
            val least = max(min(10.0, 0.1 * total), 0.02 * total)
            val weights = DoubleArray(DIRECTIONS) { at ->
                members[at].size.let { if (it >= least) it.toDouble() / total else 0.0 }
            }
            val variances = DoubleArray(DIRECTIONS) { at ->
                if (weights[at] == 0.0) 0.0 else quantile(members[at].map { varianceOf(it.ratio) }, 0.5)
            }
            return if (weights.all { it == 0.0 }) null else fit(variances, weights)
        }

        private fun fit(variances: DoubleArray, weights: DoubleArray): EdgeBlur {
            val rows = Array(3) { i -> DoubleArray(4) { if (it == i && i > 0) 0.1 * 0.1 else 0.0 } }
            for (at in weights.indices) {
                val angle = 2 * PI * at / DIRECTIONS
                val wave = doubleArrayOf(1.0, cos(angle), sin(angle), variances[at])
                for (i in 0..2) for (j in 0..3) rows[i][j] += weights[at] * wave[i] * wave[j]
            }
            for (i in 0..2) for (k in 0..2) if (k != i) {
                val share = rows[k][i] / rows[i][i]
                for (j in 0..3) rows[k][j] -= share * rows[i][j]
            }
            val (middle, a, b) = List(3) { rows[it][3] / rows[it][it] }
            val swing = hypot(a, b)
            val ratio = (middle + swing) / max(middle - swing, 0.16)
            return EdgeBlur(max(middle + swing, -FINE_VARIANCE), sqrt(max(1.0, ratio)))
        }

        private fun strong(points: List<Point>) = quantile(points.map { it.strength }, 0.75)

        private fun bestCells(grey: Grey, focus: BlurMap): Cells {
            val columns = max(1, grey.width / CELL)
            val rows = max(1, grey.height / CELL)
            val bends = bends(grey, columns, rows)
            val matters = focus.resized(columns, rows).values
            val quietest = bends.sorted()[0]
            val detail = FloatArray(bends.size) { (bends[it] - quietest) * matters[it] }
            val count = max(round(0.5 * detail.size).toInt(), LEAST_CELLS)
            val best = detail.indices.sortedByDescending { detail[it] }.take(min(count, 64))
            val enough = 0.1 * best.take(LEAST_CELLS).map { detail[it] }.average()
            return stacked(grey, columns, rows, best.filterIndexed { rank, at -> rank < LEAST_CELLS || detail[at] >= enough })
        }

        private fun bends(grey: Grey, columns: Int, rows: Int): FloatArray {
            if (min(grey.width, grey.height) <= 2 * LAG) return FloatArray(columns * rows)
            val means = Resizing(grey.width - 2 * LAG, (grey.height - 1) / 4, columns, rows, 1).run { y, samples ->
                for (x in samples.indices) {
                    val sum = grey.level(x, 4 * y) + grey.level(x + 2 * LAG, 4 * y + 2 * LAG)
                    samples[x] = abs(grey.level(x + LAG, 4 * y + LAG) - round(sum / 2.0)).toFloat()
                }
            }
            return FloatArray(means.size) { round(means[it]) }
        }

        private fun stacked(grey: Grey, columns: Int, rows: Int, cells: List<Int>): Cells {
            val width = (if (columns > 1) CELL else grey.width) + 2 * MARGIN
            val height = (if (rows > 1) CELL else grey.height) + 2 * MARGIN
            return Cells(width, height, FloatArray(cells.size * width * height) { at ->
                val cell = cells[at / (width * height)]
                val top = cell / columns * grey.height / rows - MARGIN
                val left = cell % columns * grey.width / columns - MARGIN
                val y = mirrored(top + at / width % height, grey.height)
                grey.level(mirrored(left + at % width, grey.width), y).toFloat()
            })
        }

        private fun bell(sigma: Double): DoubleArray {
            val reach = round(8 * sigma + 1).toInt() / 2
            val weights = DoubleArray(2 * reach + 1) { exp(-(it - reach) * (it - reach) / (2 * sigma * sigma)) }
            return DoubleArray(weights.size) { weights[it] / weights.sum() }
        }

        private fun mirrored(place: Int, length: Int): Int {
            if (length == 1) return 0
            var at = place
            while (at !in 0 until length) at = if (at < 0) -at else 2 * length - 2 - at
            return at
        }

        private fun varianceOf(ratio: Double): Double {
            val squared = max(ratio, 1.001) * max(ratio, 1.001)
            return (COARSE_VARIANCE - squared * FINE_VARIANCE) / (squared - 1)
        }

        private fun quantile(values: List<Double>, share: Double): Double {
            if (values.isEmpty()) return 0.0
            val sorted = values.sorted()
            val place = share * (sorted.size - 1)
            val low = floor(place).toInt()
            return sorted[low] + (place - low) * (sorted[min(low + 1, sorted.size - 1)] - sorted[low])
        }
    }
}
