# Read before every command that the documentation's test executes: the command as it is written, made small.
# Flags at the end win over the ones before.
dbdgan() {
  case "$1 $*" in
    info* | doctor*) command dbdgan "$@" ;;
    bench*) command dbdgan "$@" --model lite_int8.tflite --photos 1 --megapixels 0.2 ;;
    *) command dbdgan "$@" --model lite_int8.tflite ;;
  esac
}

python() {
  case "$2" in
    trainers.synthesize) command python "$@" --count=1 --test_count=1 --image_size=64 --workers=1 --noprogress ;;
    trainers.evaluate) command python "$@" --bootstrap=10 --noprogress ;;
    tflite.benchmark) command python "$@" --rounds=2 --count=1 ;;
    tflite.detect) command python "$@" --model=lite_int8.tflite ;;
    *) command python "$@" ;;
  esac
}
