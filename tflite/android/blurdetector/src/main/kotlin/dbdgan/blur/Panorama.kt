package dbdgan.blur

import kotlin.math.*

/**
 * How a picture longer than 3:1 is looked at: shrunk to a strip with the model's [shortest] side, through windows whose
 * maps are blended. Squeezed into the model's input, what is in it would hide.
 */
internal class Panorama(private val picture: PictureRows, shortest: Int) {
    private val shrink = min(1.0, shortest.toDouble() / min(picture.width, picture.height))
    private val wide = picture.width > picture.height
    val width = shrunk(picture.width)
    val height = shrunk(picture.height)

    /** Places of the windows along the strip: they overlap by 0.3 of their length, at most 16. */
    val windows: List<IntRange> = max(width, height).let { length ->
        val count = ceil(length / (1.5 * min(width, height))).toInt().coerceIn(1, 16)
        val window = length / (1 + (count - 1) * 0.7)
        List(count) {
            val start = it * window * 0.7
            start.toInt() until min(length, ceil(start + window).toInt())
        }
    }

    fun detect(look: (PictureRows) -> BlurMap): BlurMap {
        val pixels = PictureResizer.resize(picture, width, height)
        return blend(windows.map { window ->
            val rows = Window(pixels, window)
            look(rows).resized(rows.width, rows.height)
        })
    }

    fun blend(maps: List<BlurMap>): BlurMap {
        val total = FloatArray(width * height)
        val weights = FloatArray(total.size)
        for ((map, window) in maps.zip(windows)) {
            val first = if (wide) window.first else window.first * width
            for (at in map.values.indices) {
                val phase = if (wide) (at % map.width + 0.5) / map.width else (at / map.width + 0.5) / map.height
                val weight = (sin(PI * phase).pow(2) + 1e-3).toFloat()
                val place = first + at / map.width * width + at % map.width
                total[place] += weight * map.values[at]
                weights[place] += weight
            }
        }
        return BlurMap(width, height, FloatArray(total.size) { total[it] / weights[it] })
    }

    private fun shrunk(side: Int) = max(1, round(side * shrink).toInt())

    private inner class Window(private val pixels: ByteArray, private val place: IntRange) : PictureRows {
        override val width = if (wide) place.count() else this@Panorama.width
        override val height = if (wide) this@Panorama.height else place.count()

        override fun read(y: Int, row: IntArray) {
            val first = if (wide) y * this@Panorama.width + place.first else (place.first + y) * width
            for (x in 0 until width) {
                row[x] = (0..2).fold(0) { packed, channel ->
                    (packed shl 8) or (pixels[3 * (first + x) + channel].toInt() and 255)
                }
            }
        }
    }

    companion object {
        fun suits(picture: PictureRows) = max(picture.width, picture.height) > 3 * min(picture.width, picture.height)
    }
}
