# Sourced by the test scripts: programs of the operating system, installed where that is possible. Nothing here waits
# for ever: a network that does not answer ends with a message.

# need_program PROGRAM PACKAGE...: does nothing if PROGRAM is there; as root on Debian, installs the packages.
need_program() {
  local program="$1" seconds="${APT_SECONDS:-900}"
  shift
  if command -v "$program" >/dev/null; then
    return
  fi
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "$program is needed and was not found. On Debian, as root: apt-get install $*" >&2
    return 1
  fi
  echo "Installing $* ..."
  # Another installation may hold the lock for a while.
  local options=(-qq -o DPkg::Lock::Timeout=300 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o Acquire::Retries=2)
  if ! timeout --kill-after=10 "$seconds" apt-get "${options[@]}" update \
    || ! DEBIAN_FRONTEND=noninteractive timeout --kill-after=10 "$seconds" apt-get "${options[@]}" install -y --no-install-recommends "$@" >/dev/null \
    || ! command -v "$program" >/dev/null; then
    echo "$program could not be installed: apt-get install $* failed or took more than $seconds s. Is its server within reach?" >&2
    return 1
  fi
}

# Prints the path of a Chromium, the one that CHROMIUM names first; fails where there is none.
find_chromium() {
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$candidate" ] && command -v "$candidate"; then
      return
    fi
  done
  return 1
}
