#!/usr/bin/env bash
# Installs what is missing, builds Slopescope and starts it. See --help.
set -euo pipefail
# shellcheck source=app/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

usage() {
    cat <<'TEXT'
Usage: app/run.sh [--help] [--cuda | --cpu] [arguments of the app]

Installs the Debian packages that are missing (with sudo where you are not root), builds Slopescope into
build/release, and starts it. Safe to repeat; the second time only the start is left to do.

Where an NVIDIA driver answers, or with --cuda, it is built into build/cuda instead, with a LibTorch for CUDA that comes
from PyPI; --cpu says no to that.

Without a display the real window is drawn off screen to slopescope.png in the current directory once its first
results are in, and the perplexity curve is printed as a table.

Arguments go to the app; those of its own:
TEXT
    if [[ -x $root/build/$preset/slopescope ]]; then
        QT_QPA_PLATFORM=offscreen "$root/build/$preset/slopescope" --help
    else
        echo "  (shown here once the app is built)"
    fi
}

preset=release
if hasGpu; then
    preset=cuda
fi
arguments=()
for argument in "$@"; do
    case $argument in
    --cuda) preset=cuda ;;
    --cpu) preset=release ;;
    *) arguments+=("$argument") ;;
    esac
done
set -- "${arguments[@]}"
for argument in "$@"; do
    if [[ $argument == --help || $argument == -h ]]; then
        usage
        exit 0
    fi
done

installMissing "${buildPackages[@]}"
if [[ $preset == cuda ]]; then
    installMissing python3-venv
fi
# Ninja runs CMake again by itself when a CMakeLists.txt or the set of sources changes; the presets it does not know.
build="$root/build/$preset"
if [[ ! -f $build/build.ninja || $root/CMakePresets.json -nt $build/build.ninja ]] ||
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
    if [[ $preset == cuda ]]; then
        configureCuda
    else
        configure "$preset"
    fi
fi
build "$preset" slopescope slopescope-cli

app="$build/slopescope"
hasDisplay=${DISPLAY:-}${WAYLAND_DISPLAY:-}
if [[ -n $hasDisplay || (-n ${QT_QPA_PLATFORM:-} && ${QT_QPA_PLATFORM%%:*} != offscreen) ]]; then
    exec "$app" "$@"
fi

export QT_QPA_PLATFORM=offscreen
for argument in "$@"; do
    if [[ $argument == --screenshot || $argument == --screenshot=* ]]; then
        exec "$app" "$@"
    fi
done
echo "There is no display: drawing the window to $PWD/slopescope.png"
exec "$app" --screenshot "$PWD/slopescope.png" "$@"
