"""The command line. `up`, `check`, `backup`, `restore`, `flow` are ours; every other verb is a management command."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengguan.config.settings")
    verb = sys.argv[1] if len(sys.argv) > 1 else "help"
    if verb in VERBS:
        VERBS[verb](sys.argv[2:])
        return
    if verb in ("help", "--help", "-h") and len(sys.argv) <= 2:
        _help()
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], verb.replace("-", "_"), *sys.argv[2:]])


def _help() -> None:
    from chengguan.engines.saying import _, say

    for verb, words in (
        ("up [--demo]", _("启动引擎与各角色，直至 Ctrl-C；--demo 载入样例县并启动模拟器")),
        ("check", _("说明正在使用什么、是否正常、如何恢复")),
        ("backup FOLDER", _("备份：数据库、消息流、历史读数、照片与文件")),
        ("restore FOLDER", _("从备份恢复到空的数据目录")),
        ("create-administrator", _("建立第一个管理员")),
        ("load KIND FILE", _("导入区划、网格、部件、地址，接管案件：areas grids components addresses cases")),
        ("gateway-password KEY", _("演示网关的 MQTT 密码，供手工发布试验")),
        ("flow", _("列出每个事实由谁接着处理")),
        ("migrate、shell ……", _("Django 的管理命令")),
    ):
        say(f"  chengguan {verb:<22} {words}")


def _up(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="chengguan up")
    parser.add_argument("--demo", action="store_true", help="load the sample county and start the simulators")
    given = parser.parse_args(arguments)
    if given.demo:
        os.environ["CHENGGUAN_DEMO"] = "1"
    from chengguan.engines import supervise

    _or_say_why(lambda: supervise.up(demo=given.demo))


def _check(arguments: list[str]) -> None:
    from chengguan.config import findings
    from chengguan.engines import health
    from chengguan.engines.saying import say

    def check() -> None:
        words, well = health.in_words()
        say("\n".join([words, *findings.lines()]))
        sys.exit(0 if well else 1)

    _or_say_why(check)


def _backup(arguments: list[str]) -> None:
    from chengguan.config import backup

    _or_say_why(lambda: backup.backup(_folder("backup", arguments)))


def _restore(arguments: list[str]) -> None:
    from chengguan.config import backup

    _or_say_why(lambda: backup.restore(_folder("restore", arguments)))


def _folder(verb: str, arguments: list[str]) -> Path:
    parser = argparse.ArgumentParser(prog=f"chengguan {verb}")
    parser.add_argument("folder", type=Path)
    return parser.parse_args(arguments).folder.resolve()


def _flow(arguments: list[str]) -> None:
    import django

    django.setup()
    from chengguan.engines import announce
    from chengguan.engines.saying import say

    for fact, handlers in announce.flow().items():
        say(fact)
        for handler in handlers:
            say(f"  -> {handler}")


def _or_say_why(work) -> None:  # type: ignore[no-untyped-def]
    from django.core.exceptions import ImproperlyConfigured

    from chengguan.engines.saying import Refused, _, complain

    try:
        work()
    except (Refused, ImproperlyConfigured) as reason:
        complain(str(reason))
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EROFS, errno.ENOSPC):
            raise
        complain(_("{path} 无法读写：{reason}。请让本账户可以写入它，或用 CHENGGUAN_DATA 另指定数据目录。").format(path=error.filename, reason=error.strerror))
        sys.exit(1)


VERBS = {"up": _up, "check": _check, "backup": _backup, "restore": _restore, "flow": _flow}

if __name__ == "__main__":
    main()
