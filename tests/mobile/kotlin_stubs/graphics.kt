// Stub of android.graphics on javax.imageio, as far as the Android sources use it.
package android.graphics

import java.io.InputStream
import javax.imageio.ImageIO

class Rect

class Matrix {
    fun postRotate(degrees: Float) = true
}

class Bitmap private constructor(val width: Int, val height: Int, val config: Config?, private val colors: IntArray) {
    enum class Config { ARGB_8888, HARDWARE }

    fun copy(config: Config, isMutable: Boolean): Bitmap? = Bitmap(width, height, config, colors)

    fun getPixels(pixels: IntArray, offset: Int, stride: Int, x: Int, y: Int, width: Int, height: Int) =
        System.arraycopy(colors, y * this.width + x, pixels, offset, width * height)

    companion object {
        fun createBitmap(colors: IntArray, width: Int, height: Int, config: Config) = Bitmap(width, height, config, colors)

        fun createBitmap(source: Bitmap, x: Int, y: Int, width: Int, height: Int, m: Matrix?, filter: Boolean) = source
    }
}

object BitmapFactory {
    class Options {
        var inScaled = true
    }

    fun decodeStream(stream: InputStream, outPadding: Rect?, opts: Options?): Bitmap? {
        // The stored levels, as on Android: Java's own conversion widens grey with a gamma curve.
        val raster = ImageIO.read(stream)?.raster ?: return null
        val bands = List(3) { if (raster.numBands == 1) 0 else it }
        val colors = IntArray(raster.width * raster.height) { at ->
            bands.fold(255) { packed, band -> (packed shl 8) or raster.getSample(at % raster.width, at / raster.width, band) }
        }
        return Bitmap.createBitmap(colors, raster.width, raster.height, Bitmap.Config.ARGB_8888)
    }
}
