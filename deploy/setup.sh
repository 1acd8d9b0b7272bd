#!/usr/bin/env bash
# Makes a clone ready to run: system packages, the Python environment, the front end.
#
#   deploy/setup.sh demo    what running needs
#   deploy/setup.sh test    the same and what the tests need (Chromium, mosquitto-clients, tools)
#
# Every step is skipped when nothing it depends on has changed, so a second run takes a second.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-demo}

say() { # Chinese, or English when LANG asks for it
  case "${LC_ALL:-${LANG:-}}" in en*) printf '== %s\n' "$2" ;; *) printf '== %s\n' "$1" ;; esac
}
stop() { say "$1" "$2" >&2; exit 1; }

# Two makes at once in one clone: the second waits.
if command -v flock >/dev/null; then
  exec 9>.setup.lock
  flock -n 9 || { say "另一个安装正在进行，等待它结束" "another setup is running in this clone, waiting for it"; flock 9; }
fi

# ---- system packages ------------------------------------------------------------------------
python_is_enough='import sys, ssl, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 \
    /usr/bin/python3 /usr/bin/python3.1[123] /usr/local/bin/python3 "${HOME:-}"/.pyenv/versions/3.1[123]*/bin/python; do
    if "$candidate" -c "$python_is_enough" >/dev/null 2>&1; then "$candidate" -c 'import sys; print(sys.executable)'; return; fi
  done
  return 1
}

missing=()
want() { missing+=("$1"); }
has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

postgis_present() { ls /usr/lib/postgresql/*/bin/initdb /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; }
postgis_present || { want postgresql; want postgresql-postgis; }
command -v ogr2ogr >/dev/null || want gdal-bin
command -v setpriv >/dev/null || want util-linux
# Case files as PDF: the libraries that set the text, and a font with Chinese.
has_library() { compgen -G "/usr/lib/*/$1*" >/dev/null || compgen -G "/usr/lib*/$1*" >/dev/null || ldconfig -p 2>/dev/null | grep "$1" >/dev/null; }
has_library libpango-1.0.so.0 || want libpango-1.0-0
has_library libpangoft2-1.0.so.0 || want libpangoft2-1.0-0
has_library libharfbuzz-subset.so.0 || want libharfbuzz-subset0
ls /usr/share/fonts/*/noto/NotoSansCJK* >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null || has_package fonts-noto-cjk || want fonts-noto-cjk
[ -x .venv/bin/python ] || find_python >/dev/null || want python3-venv
if [ "$purpose" = test ]; then
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || want chromium
  command -v mosquitto_pub >/dev/null || want mosquitto-clients
fi

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

if [ ${#missing[@]} -gt 0 ]; then
  command="apt-get install --no-install-recommends ${missing[*]}"
  command -v sudo >/dev/null && by_hand="sudo $command" || by_hand=$command
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    say "安装系统软件包：${missing[*]}" "installing system packages: ${missing[*]}"
    # Debian's package would create and start a server of its own; ours is private, so it must not.
    if ! has_package postgresql-common; then
      as_root mkdir -p /etc/postgresql-common/createcluster.d
      echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/chengguan.conf >/dev/null
    fi
    apt_options=(-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" install -y --no-install-recommends "${missing[@]}" ||
      stop "系统软件包没有装上。请手工以 root 执行后再来：$by_hand" "the system packages could not be installed; run this as root, then again: $by_hand"
  else
    stop "缺少系统软件包：${missing[*]}。请以 root 执行后再来：$by_hand" "these system packages are missing: ${missing[*]}; run this as root, then again: $by_hand"
  fi
fi

# ---- Python ---------------------------------------------------------------------------------
if ! .venv/bin/python -c "$python_is_enough" >/dev/null 2>&1; then
  python=$(find_python) || stop "没有找到 Python 3.11 至 3.13（含 venv）。请执行：sudo apt-get install python3-venv" \
    "no Python 3.11 to 3.13 with venv was found; run: sudo apt-get install python3-venv"
  say "建立 Python 环境（$python）" "making the Python environment ($python)"
  rm -rf .venv
  "$python" -m venv .venv
fi

stamp_of() { cat "$@" | sha256sum | cut -c1-32; }
install_lock() {
  local name=$1 stamp
  stamp=$(stamp_of "requirements/$name.lock")
  [ "$(cat ".venv/.installed-$name" 2>/dev/null)" = "$stamp" ] && return
  say "安装 Python 软件包（requirements/$name.lock）" "installing Python packages (requirements/$name.lock)"
  .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r "requirements/$name.lock" ||
    stop "Python 软件包没有装上；网络恢复后再执行一次即可。" "the Python packages could not be installed; run again once the network is back"
  echo "$stamp" >".venv/.installed-$name"
}
if [ "$purpose" = test ]; then install_lock dev; elif [ "$(cat .venv/.installed-dev 2>/dev/null)" != "$(stamp_of requirements/dev.lock)" ]; then install_lock core; fi

if [ ! -x .venv/bin/chengguan ]; then
  cat >.venv/bin/chengguan <<'SCRIPT'
#!/bin/sh
# The clone this environment lies in is the program.
here=$(cd "$(dirname "$0")/../.." && pwd)
PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" exec "$here/.venv/bin/python" -m chengguan "$@"
SCRIPT
  chmod +x .venv/bin/chengguan
fi

# Where Python is told to write no compiled files by itself, every start of every process would compile the program anew.
.venv/bin/python -m compileall -q chengguan tests || true

# ---- the English catalogue, compiled -----------------------------------------------------------
catalogue=chengguan/config/locale/en/LC_MESSAGES/django
if [ ! -f $catalogue.mo ] || [ "$(cat .venv/.compiled-from 2>/dev/null)" != "$(stamp_of $catalogue.po)" ]; then
  .venv/bin/python -m chengguan messages --compile
  stamp_of $catalogue.po >.venv/.compiled-from
fi

# ---- front end ------------------------------------------------------------------------------
built=chengguan/people/static/chengguan/build
if [ -f frontend/package.json ]; then
  lock_stamp=$(stamp_of frontend/package-lock.json)
  sources=$(find frontend -type d -name node_modules -prune -o -type f -print | LC_ALL=C sort)
  source_stamp=$(echo "$sources" | xargs sha256sum | sha256sum | cut -c1-32)
  needs_build=no
  [ "$(cat "$built/.built-from" 2>/dev/null)" = "$source_stamp" ] || needs_build=yes
  if [ "$needs_build" = yes ] || [ "$purpose" = test ]; then
    if [ "$(cat frontend/node_modules/.installed-from 2>/dev/null)" != "$lock_stamp" ]; then
      say "安装前端依赖（frontend/package-lock.json）" "installing the front end's packages (frontend/package-lock.json)"
      deploy/npm.sh ci --no-fund --no-audit ||
        stop "前端依赖没有装上；网络恢复后再执行一次即可。" "the front end's packages could not be installed; run again once the network is back"
      echo "$lock_stamp" >frontend/node_modules/.installed-from
    fi
  fi
  if [ "$needs_build" = yes ]; then
    say "构建前端" "building the front end"
    deploy/npm.sh run build
    mkdir -p "$built" && echo "$source_stamp" >"$built/.built-from"
  fi
fi
say "安装就绪" "set-up is complete"
