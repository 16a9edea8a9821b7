// Stub of android.graphics on javax.imageio, as far as the Android sources use it.
package android.graphics

import java.awt.image.BufferedImage
import java.io.InputStream
import javax.imageio.ImageIO

class Rect

class Matrix {
    internal var degrees = 0f

    fun postRotate(degrees: Float): Boolean {
        this.degrees += degrees
        return true
    }
}

class Bitmap private constructor(private val image: BufferedImage, val config: Config?) {
    enum class Config { ALPHA_8, RGB_565, ARGB_8888, RGBA_F16, HARDWARE }

    val width: Int get() = image.width
    val height: Int get() = image.height

    fun copy(config: Config, isMutable: Boolean): Bitmap? = Bitmap(image, config)

    fun getPixels(pixels: IntArray, offset: Int, stride: Int, x: Int, y: Int, width: Int, height: Int) {
        check(config != Config.HARDWARE) { "Pixels of a hardware bitmap cannot be read." }
        image.getRGB(x, y, width, height, pixels, offset, stride)
    }

    companion object {
        fun createBitmap(colors: IntArray, width: Int, height: Int, config: Config): Bitmap {
            val image = BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB)
            image.setRGB(0, 0, width, height, colors, 0, width)
            return Bitmap(image, config)
        }

        fun createBitmap(
            source: Bitmap, x: Int, y: Int, width: Int, height: Int, m: Matrix?, filter: Boolean
        ): Bitmap = source

        internal fun of(image: BufferedImage) = Bitmap(image, Config.ARGB_8888)
    }
}

object BitmapFactory {
    class Options {
        var inScaled = true
        var inPreferredConfig: Bitmap.Config? = null
    }

    fun decodeStream(stream: InputStream, outPadding: Rect?, opts: Options?): Bitmap? {
        val image = ImageIO.read(stream) ?: return null
        // Java widens grey with a gamma curve; Android gives the stored levels.
        if (image.raster.numBands == 1) {
            val flat = BufferedImage(image.width, image.height, BufferedImage.TYPE_INT_ARGB)
            for (y in 0 until image.height) for (x in 0 until image.width) {
                flat.setRGB(x, y, (255 shl 24) or image.raster.getSample(x, y, 0) * 0x010101)
            }
            return Bitmap.of(flat)
        }
        return Bitmap.of(image)
    }
}
