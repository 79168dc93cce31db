"""The kit's own words: what can be wrong with a cell before there is a record, and codes by their Chinese names.

Codes of receipts stand in the law book; these begin with FILE_ and no server ever gives one.
"""

from typing import NamedTuple


class Word(NamedTuple):
    """What is wrong and how to cure it, in both languages."""

    zh: str
    en: str
    cure_zh: str
    cure_en: str


FILE_CODES = {
    "FILE_COLUMN_UNKNOWN": Word(
        "没有这一列",
        "no such column",
        "请改用模板的列名；自用列的列名以 # 开头",
        "use a heading of the template; begin headings of your own with #",
    ),
    "FILE_RECORD_UNKNOWN": Word(
        "不知道是哪种记录",
        "not known which kind of record this is",
        "请用 --record 指定，或者填写“记录类型”列，或者用模板的工作表名",
        "name it with --record, in a column `record`, or by the sheet's name as in the template",
    ),
    "FILE_RECORD_NOT_SENT": Word(
        "本渠道不报送这种记录",
        "this channel does not send such records",
        "请核对渠道代码",
        "check the channel's code",
    ),
    "FILE_VALUE_MISSING": Word("必填项为空", "a required cell is empty", "请填写", "fill it in"),
    "FILE_DATE": Word(
        "不是日期", "not a date", "请写成 2026-01-31 这样的日期", "write the day like 2026-01-31, without a time"
    ),
    "FILE_NUMBER": Word("不是整数", "not a whole number", "请填写整数", "write a whole number"),
    "FILE_YES_NO": Word("不是“是”或“否”", "neither yes nor no", "请填写 是 或 否", "write true or false, 是 or 否"),
    "FILE_CHOICE": Word("不在可选值之内", "not one of the choices", "请填写列出的代码之一", "use one of the codes"),
    "FILE_SCIENTIFIC": Word(
        "号码成了科学计数法，数字已丢失",
        "a number in scientific notation: digits are lost",
        "请先把该列设为文本格式，再从原系统重新填入号码",
        "format the column as text, then enter the number again from its source",
    ),
    "FILE_NUMBER_CELL": Word(
        "文本列里是数字：前导零和第 15 位之后的数字已丢失",
        "a number where text belongs: leading zeros and digits beyond the fifteenth are lost",
        "请先把该列设为文本格式，再从原系统重新填入；JSON 中请加引号",
        "format the column as text, then enter it again from its source; in JSON put it in quotes",
    ),
    "FILE_FORMULA": Word(
        "单元格是公式或者列表", "a formula or a list", "请填写值本身（文本）", "give the value itself, as text"
    ),
    "FILE_CELLS_EXTRA": Word(
        "该行的单元格多于列名",
        "the row has more cells than there are headings",
        "含有分隔符的内容请加引号",
        "put cells that hold the delimiter in quotes",
    ),
    "FILE_ROW_UNREADABLE": Word(
        "该行不是一个 JSON 对象，或者有重复的键",
        "the line is no JSON object, or has a key twice",
        "请每行写一个 {…}，每个键一次",
        "write one {...} a line, each key once",
    ),
    "FILE_NOT_ENCODABLE": Word(
        "含有无法编码的字符",
        "a character that cannot be encoded",
        "请重新输入该行的文字",
        "type the texts of the row again",
    ),
}

REDRIVE_CODES = {
    "REDRIVE_RECEIPT_UNKNOWN": Word(
        "没有该编号的回执",
        "no such receipt of this channel",
        "请在“回执编号 receipt_id”列填写本渠道的回执编号",
        "give a receipt id of your channel in the column receipt_id",
    ),
    "REDRIVE_NOT_REFUSED": Word(
        "该记录未被退回或者待核", "the record was neither rejected nor held", "无需重发", "nothing to send again"
    ),
    "REDRIVE_TWICE": Word(
        "该回执已重发过",
        "this receipt was answered already",
        "再次被退回的，请填写新回执的编号",
        "if it was refused again, name the new receipt",
    ),
    "REDRIVE_TOO_OFTEN": Word(
        "该记录已重发三次仍被退回",
        "sent again three times and refused each time",
        "请联系运行单位",
        "ask the operators",
    ),
    "REDRIVE_NEEDED": Word(
        "错误文件中判为待核的行，publish 会随原表发送",
        "a row of an error file that would be held is sent with the table it came from",
        "尚未发送的，请在原表中更正；已发送的，填写回执编号并用 redrive 重发",
        "correct it in that table before you send it; once it is sent, name its receipt and use redrive",
    ),
    "REDRIVE_UNCHANGED": Word(
        "内容与被退回的记录相同", "the same bytes as were refused", "请先更正", "correct the record first"
    ),
}

HINTS = {
    "rounded": (
        "末三位为 000，可能被表格软件四舍五入：请设为文本格式后重新填入",
        "ends with 000: a spreadsheet may have rounded it; format the column as text and enter it again",
    ),
    "short": (
        "位数不足，首位的 0 或者末位可能丢失：请设为文本格式后重新填入",
        "too short: a leading zero or the last character may be lost; format the column as text and enter it again",
    ),
    "wide": ("含全角字符，请改为半角", "holds full-width characters: type them half-width"),
    "repeat": ("与本文件第 {row} 行内容相同", "says the same as row {row} of this file"),
}

CODES, ABOUT = "代码 codes", "说明 readme"  # sheets of a template that hold no records

RECORDS = {
    "CreditDetermination": "认定",
    "GroundEnding": "终止",
    "RecordCorrection": "更正",
    "OfficerFeedback": "反馈",
    "CaseEvent": "案件",
    "PersonConsent": "同意",
    "SupervisionEvent": "督导",
}

OUTCOMES = {
    "accepted": "接收",
    "warned": "接收并提示",
    "rejected": "退回",
    "held": "待核",
    "duplicate": "重复",
    "needs_correction": "须更正",
    "unsendable": "无法成为记录",  # the kit's own: no record could be made of the row
    "kept_back": "不予重发",  # the kit's own: the row may not go in again
}

# Chinese names of the symbols of the input records' enums; a cell may hold either.
SYMBOLS = {
    "person": "自然人",
    "entity": "法人和非法人组织",
    "citizen": "公民身份号码",
    "uscc": "统一社会信用代码",
    "none": "无证件",
    "confirmed": "确认",
    "refused": "不予执行",
    "not_applicable": "不适用",
    "in_effect": "已实施",
    "lifted": "已解除",
    "objection": "异议",
    "reconsideration": "行政复议",
    "lawsuit": "行政诉讼",
    "repair": "信用修复",
    "opened": "受理",
    "upheld": "成立或准予",
    "amended": "更正或变更",
    "rejected": "不成立或不予",
    "withdrawn": "撤回",
    "own": "本单位办理",
    "other_unit": "其他单位协助",
    "credit_bureau": "征信机构",
    "given": "同意",
    "ordered": "督导通知",
    "answered": "答复",
    "answer_proposals": "反馈措施建议",
    "prove_lifting": "反馈解除",
    "decide_objections": "办结异议",
    "report_changes": "报送撤销、变更",
    "report_documents": "报送信息",
}

YES = frozenset({"true", "yes", "y", "1", "是", "√"})
NO = frozenset({"false", "no", "n", "0", "否", "×"})
