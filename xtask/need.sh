# Installs what a fresh Debian machine lacks, and says what it does. Sourced by ./demo and ./test.
# Nothing is done when everything is there, so that a second run loses no time.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else
        say "需要管理员权限，请先以 root 运行 | needs root, run as root first: $*"
        exit 1
    fi
}

# apt_install PACKAGE…
apt_install() {
    if ! command -v apt-get >/dev/null; then
        say "本机没有 apt，请自行安装 | no apt here, please install: $*"
        exit 1
    fi
    say "安装 | installing: $*"
    if [ -z "${APT_UPDATED:-}" ]; then
        as_root apt-get update -qq
        APT_UPDATED=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

need_rust() {
    command -v cargo >/dev/null && return 0
    [ -x "$HOME/.cargo/bin/cargo" ] && { export PATH="$HOME/.cargo/bin:$PATH"; return 0; }
    say "没有 cargo，请先安装 Rust 1.95 或更新版本 | cargo is missing, install Rust 1.95 or newer first"
    exit 1
}

# SQLite is compiled from its C source, and Rust links with the system's linker.
need_cc() { command -v cc >/dev/null || apt_install build-essential; }

# The scripts and styles of the pages come from npm, pinned by package-lock.json.
need_pages() {
    if ! command -v npm >/dev/null; then
        say "没有 npm，请先安装 Node.js 20 或更新版本 | npm is missing, install Node.js 20 or newer first"
        exit 1
    fi
    [ node_modules/.package-lock.json -nt package-lock.json ] && return 0
    say "取页面用的脚本和样式 | fetching the pages' scripts and styles: npm ci"
    npm ci --no-audit --no-fund >&2
    touch node_modules/.package-lock.json
}

# The invariants look at the files that git knows.
need_git() { command -v git >/dev/null || apt_install git; }

need_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || apt_install postgresql
}

# Only the program is needed, for the journey through a relay; the package's own service is not: the journey starts its own.
need_turn() {
    command -v turnserver >/dev/null && return 0
    apt_install coturn
    if command -v systemctl >/dev/null; then as_root systemctl disable --now coturn >/dev/null 2>&1 || true; fi
}

# Brokers of others, for the soak test; the packages' own services are not needed: the test starts its own.
need_brokers() {
    local program
    for program in mosquitto nats-server; do
        command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] && continue
        apt_install "$program"
        if command -v systemctl >/dev/null; then as_root systemctl disable --now "$program" >/dev/null 2>&1 || true; fi
    done
}

need_browser() {
    command -v chromium >/dev/null || apt_install chromium
    # The journeys go through days of public notice and a month of care: they set the program's clock.
    compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || apt_install faketime
    # Written out instead of piped into grep -q, which would end fc-list early and fail the pipe.
    local fonts
    fonts=$(fc-list :lang=zh family 2>/dev/null || true)
    [ -n "$fonts" ] || apt_install fontconfig fonts-noto-cjk
}
