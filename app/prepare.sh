# What app/run.sh and tests/run.sh share: the packages of the distribution, and the build. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Debian 12. What compiles and runs the project, and what only its tests need.
buildPackages=(
    build-essential cmake ninja-build ccache pkg-config
    qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools libqcustomplot-dev
    libtorch-dev libopenblas0-openmp libhwy-dev
    nlohmann-json3-dev libpcre2-dev libutf8proc-dev libcli11-dev
    libgtest-dev libgmock-dev libbenchmark-dev
    fonts-dejavu-core
)
testPackages=(xvfb xdotool)
# A desktop that offers Wayland and no X server.
if [[ -n ${WAYLAND_DISPLAY:-} && -z ${DISPLAY:-} ]]; then
    buildPackages+=(qt6-wayland)
fi

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

isInstalled() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Installs those of the named packages that are missing, and says so first. Without dpkg (another distribution) nothing is
# looked for: CMake names what it does not find.
installMissing() {
    local package missing=() become=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "This is not a Debian system: the packages of app/prepare.sh are not installed for you." >&2
        return
    fi
    for package in "$@"; do
        isInstalled "$package" || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    echo "Needed to build Slopescope, and not installed: ${missing[*]}"
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null ||
            fail "installing these packages needs root or sudo, and there is neither; ask an administrator to install them."
        echo "sudo runs apt-get to install them; it may ask for your password."
        become=(sudo)
    fi
    "${become[@]}" apt-get update -qq || fail "apt-get update failed; is there a network, and are apt's sources right?"
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
        fail "apt-get could not install ${missing[*]} (Debian 12 has them all)."
}

# As many compilers at once as there are processors, and as memory carries: a file that includes LibTorch takes about 1.5 GB.
buildJobs() {
    local processors memory
    processors=$(nproc)
    memory=$(awk '/^MemAvailable:/ { print int($2 / 1.5e6) }' /proc/meminfo)
    ((memory >= 1)) || memory=1
    echo $((processors < memory ? processors : memory))
}

# configure PRESET [CMake arguments]: always runs CMake. A build folder that was made for another place is made anew.
configure() {
    local preset=$1 build="$root/build/$1" cache="$root/build/$1/CMakeCache.txt"
    shift
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        rm -rf "$build"
    fi
    (cd "$root" && cmake --preset "$preset" "$@" >"$root/build/$preset.log" 2>&1) ||
        { cat "$root/build/$preset.log" >&2; fail "CMake could not configure the preset $preset; its words are above."; }
}

# build PRESET [targets]
build() {
    local preset=$1
    shift
    cmake --build "$root/build/$preset" -j "$(buildJobs)" ${1:+--target "$@"} ||
        fail "the build of the preset $preset failed; the compiler's words are above."
}

mkdir -p "$root/build"
