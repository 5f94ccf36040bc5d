# What app/run.sh and tests/run.sh share: the packages of the distribution, and the build. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Debian 12. What compiles and runs the project, and what only its tests need.
buildPackages=(
    build-essential cmake ninja-build ccache pkg-config
    qt6-base-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools libqcustomplot-dev
    libtorch-dev libopenblas0-openmp libhwy-dev
    nlohmann-json3-dev libonig-dev libutf8proc-dev libcli11-dev
    libgtest-dev libgmock-dev libbenchmark-dev
    fonts-dejavu-core fonts-nanum # the second has the Korean letters
)
testPackages=(xvfb xdotool poppler-utils parallel slurm-wlm munge)
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

# A GPU whose driver answers.
hasGpu() {
    command -v nvidia-smi >/dev/null && nvidia-smi -L 2>/dev/null | grep -q '^GPU '
}

# LibTorch for CUDA, and a compiler for it where the machine has none, from PyPI into a virtual environment of the build folder.
cudaVersions=(torch==2.11.0) # the CUDA 13.0 build
cudaCompilerVersions=(nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-cccl==13.0.85)

findNvcc() {
    local nvcc
    for nvcc in "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc; do
        # One of another major version does not fit the LibTorch.
        if [[ -x $nvcc ]] && "$nvcc" --version | grep -q 'release 13\.'; then
            echo "$nvcc"
            return
        fi
    done
}

# configureCuda [CMake arguments]: the preset cuda, with what it needs.
configureCuda() {
    local venv="$root/build/cuda-python" wanted=("${cudaVersions[@]}") nvcc toolkit torch stamp library
    nvcc=$(findNvcc)
    [[ -n $nvcc ]] || wanted+=("${cudaCompilerVersions[@]}")
    stamp="$venv/installed: ${wanted[*]}"
    if [[ ! -f $stamp ]]; then
        echo "LibTorch for CUDA is fetched from PyPI into build/cuda-python (several GB, once): ${wanted[*]}"
        rm -rf "$venv"
        python3 -m venv "$venv" || fail "python3 could not make a virtual environment; Debian's package python3-venv has what it needs."
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${wanted[@]}" ||
            fail "pip could not install ${wanted[*]}; is there a network, and room in build/?"
        touch "$stamp"
    fi
    torch=$("$venv/bin/python" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
    if [[ -n $nvcc ]]; then
        toolkit=$(dirname "$(dirname "$nvcc")")
    else
        # What the packages of PyPI hold is a toolkit, once its folders have the names that CMake looks for.
        toolkit="$(dirname "$torch")/nvidia/cu13"
        [[ -e $toolkit/lib64 ]] || ln -s lib "$toolkit/lib64"
        for library in "$toolkit"/lib/lib*.so.*; do
            [[ -e ${library%.so.*}.so ]] || ln -s "$(basename "$library")" "${library%.so.*}.so"
        done
    fi
    CUDA_HOME="$toolkit" configure cuda -DCMAKE_PREFIX_PATH="$torch" \
        -DCMAKE_CUDA_COMPILER="$toolkit/bin/nvcc" -DCUDAToolkit_ROOT="$toolkit" -DCUDA_TOOLKIT_ROOT_DIR="$toolkit" "$@"
}

mkdir -p "$root/build"
