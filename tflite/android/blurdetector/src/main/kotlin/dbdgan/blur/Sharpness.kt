package dbdgan.blur

import kotlin.math.*

/**
 * How sharp a photo is, in its own pixels, as `dbdgan_tf.score` tells it.
 *
 * @property verdict "sharp", "soft", or "uncertain" where nothing in it can tell.
 * @property sharpness 0..1: 1 = edges as thin as this photo's pixels allow, 0.5 = twice as wide; 0 where uncertain.
 * @property edgePx Width of the subject's edges from 10 to 90 % of their step, px of the photo; null where uncertain.
 * @property sharpUpTo Long side, px, up to which the photo, shrunk, is critically sharp.
 * @property blur "none", "defocus" or "motion".
 */
class Sharpness private constructor(
    val verdict: String,
    val sharpness: Float,
    val edgePx: Float?,
    val sharpUpTo: Int,
    val blur: String
) {
    companion object {
        private const val SHARP_BLUR = 0.85
        private const val PIXEL = 1.0 / 4
        private const val PERFECT = 1.0 / 12

        /** Measures an upright photo at its own size where its map sees focus; not on the main thread. */
        fun of(photo: PictureRows, map: BlurMap): Sharpness {
            val focus = BlurMap(map.width, map.height, FloatArray(map.values.size) { max(1 - map.values[it], 0.1f) })
            val found = EdgeBlur.of(Grey.of(photo), focus) ?: return Sharpness("uncertain", 0f, null, 0, "none")
            val longSide = max(photo.width, photo.height)
            val edge = sqrt(max(found.variance, PERFECT) + PIXEL)
            val sharpUpTo = (longSide * SHARP_BLUR / sqrt(max(found.variance, SHARP_BLUR * SHARP_BLUR))).toInt()
            val sharp = sharpUpTo >= min(2048, longSide)
            val kind = if (found.anisotropy > 1.75) "motion" else "defocus"
            return Sharpness(
                if (sharp) "sharp" else "soft",
                (sqrt(PERFECT + PIXEL) / edge).toFloat(),
                // From 10 to 90 % of a blurred step.
                (2.563 * edge).toFloat(),
                sharpUpTo,
                if (sharp) "none" else kind
            )
        }
    }
}

/** A photo's grey levels as OpenCV makes them. */
internal class Grey(val width: Int, val height: Int, private val levels: ByteArray) {
    fun level(x: Int, y: Int) = levels[y * width + x].toInt() and 255

    fun shrunk(toWidth: Int, toHeight: Int): Grey {
        val plane = Resizing(width, height, toWidth, toHeight, 1).run { y, samples ->
            for (x in samples.indices) samples[x] = level(x, y).toFloat()
        }
        // To nearest; halves go up where a size is halved, else to the even level.
        val halved = width == 2 * toWidth && height == 2 * toHeight
        return Grey(toWidth, toHeight, ByteArray(plane.size) {
            (if (halved) plane[it] + 0.5f else round(plane[it])).toInt().toByte()
        })
    }

    companion object {
        fun of(photo: PictureRows): Grey {
            val row = IntArray(photo.width)
            val levels = ByteArray(photo.width * photo.height)
            for (at in levels.indices) {
                if (at % photo.width == 0) photo.read(at / photo.width, row)
                val pixel = row[at % photo.width]
                val sum = 9798 * (pixel shr 16 and 255) + 19235 * (pixel shr 8 and 255) + 3735 * (pixel and 255)
                levels[at] = (sum + 16384 shr 15).toByte()
            }
            return Grey(photo.width, photo.height, levels)
        }
    }
}
