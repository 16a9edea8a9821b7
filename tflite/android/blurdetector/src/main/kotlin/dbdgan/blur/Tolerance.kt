package dbdgan.blur

import kotlin.math.abs
import kotlin.math.max

/** Largest and mean absolute difference that are allowed. */
class Tolerance(val max: Float, val mean: Float) {
    /** A sentence if two equally long arrays differ by more, else null. */
    fun complaint(what: String, own: FloatArray, expected: FloatArray): String? {
        if (own.size != expected.size) return "$what: ${own.size} values; expected ${expected.size}"
        var largest = 0f
        var total = 0.0
        for (index in own.indices) {
            val difference = abs(own[index] - expected[index])
            largest = max(largest, difference)
            total += difference
        }
        val average = total / own.size
        return if (largest <= max && average <= mean) {
            null
        } else {
            "$what: largest $largest, mean $average; allowed: largest $max, mean $mean"
        }
    }
}
