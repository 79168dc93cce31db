"""The pages as data: the menu of every page, the list for robots, and whoever opens each page with a browser."""

from typing import NamedTuple


class Page(NamedTuple):
    """``robots``: whether search engines may keep it; no list of persons may be kept anywhere."""

    path: str
    zh: str
    en: str
    robots: bool = True


PUBLIC = (
    Page("/", "首页", "Home"),
    Page("/exposure", "曝光台", "Exposure list", robots=False),
    Page("/red-list", "红名单", "Red list", robots=False),
    Page("/catalogue", "数据清单", "Data catalogue"),
    Page("/applications", "应用目录", "Application catalogue"),
    Page("/law", "法律簿", "Law book"),
    Page("/rights", "异议与修复", "Object and repair"),
    Page("/statistics", "统计", "Statistics"),
    Page("/cases", "典型案例", "Typical cases"),
)
OWN = (
    Page("/my", "我的信用记录", "My record", robots=False),
    Page("/my/login", "本人登录", "Sign in", robots=False),
)
MENU = (*PUBLIC, OWN[0])
EXAMPLES = ("/catalogue/COURT_DEFAULTER_LISTING",)  # of pages with a code in their address
