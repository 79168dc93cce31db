"""Why the portal does not answer. A refusal has a code, says in Chinese and English why and what to do, and no more."""


class Refusal(Exception):
    """``status`` is HTTP's. Texts never carry what was asked: that may be a number or a name."""

    def __init__(self, status: int, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {zh} / {en}")
        self.status = status
        self.code = code
        self.zh = zh
        self.en = en


def not_yours() -> Refusal:
    """One answer for what is not there and for what is another department's: who guesses learns nothing."""
    return Refusal(
        404,
        "NOT_YOURS",
        "没有向本部门提出、仍待办理或执行的这项建议",
        "no open proposal to your department under this reference; take both from sanctions.<channel>",
    )


def purpose_not_allowed(seen: str, zh: str, en: str) -> Refusal:
    return Refusal(
        403,
        "PURPOSE_NOT_ALLOWED",
        f"{zh}；见 /applications",
        f"{en} (purpose {seen}); see /applications for what may be",
    )
