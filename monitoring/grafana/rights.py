"""Dashboards about what people are owed: the obligation loop, cases and clocks, queries."""

from monitoring.grafana.panels import Board, Lines, lines, number, rows

OBLIGATION_LOOP = Board(
    "obligation-loop",
    "措施闭环 / Obligation loop",
    "From proposal to an officer's answer, to effect, to lifting and its proof. Counts, no person.",
    (
        lines(
            "各状态措施 / Obligations by state",
            "Where all measures stand.",
            "sum by (state) (max by (channel, state) (chengxin_obligations_standing))",
            "{{state}}",
        ),
        lines(
            "各部门待答复 / Proposals waiting by department",
            "Nothing but an officer's answer confirms a proposal.",
            'topk(12, max by (channel) (chengxin_obligations_standing{state="proposed"}))',
            "{{channel}}",
        ),
        lines(
            "超期 / Overdue by department",
            "Past its day and unanswered: answer, proof of a lifting, case, order, correction.",
            "sum by (channel, missed) (max by (channel, missed) (chengxin_overdue))",
            "{{channel}} {{missed}}",
        ),
        lines(
            "变更缺号 / Missing changes",
            "Versions missing among the changes stored; must be 0.",
            "sum(max by (channel) (chengxin_chain_gaps))",
            "missing",
        ),
        rows(
            "答复时长 / Days to the first answer",
            "From the proposal to the officer's decision, by department.",
            "SELECT executor, count() AS answered, round(avg(days), 1) AS mean_days, max(days) AS longest_days FROM "
            "(SELECT executor, dateDiff('day', minIf(day, version = 1), "
            "minIf(day, state IN ('confirmed', 'refused', 'not_applicable'))) AS days FROM obligations "
            "GROUP BY executor, obligation_id HAVING countIf(state IN ('confirmed', 'refused', 'not_applicable')) > 0) "
            "GROUP BY executor ORDER BY mean_days DESC, executor",
        ),
        rows(
            "解除原因 / Why measures were lifted",
            "What ends, ends everywhere.",
            "SELECT assumeNotNull(lift_reason) AS reason, count() AS liftings FROM impersonal_obligations "
            "WHERE state = 'lifting' AND lift_reason IS NOT NULL AND $__timeFilter(appended_at) "
            "GROUP BY reason ORDER BY liftings DESC, reason",
        ),
        rows(
            "未采纳原因 / Why proposals were not taken up",
            "Refused or not applicable, by department and reason.",
            "SELECT channel, feedback_state AS answer, feedback_reason AS reason, count() AS answers "
            "FROM impersonal_accepted_events "
            "WHERE kind = 'feedback' AND feedback_state IN ('refused', 'not_applicable') "
            "AND $__timeFilter(appended_at) "
            "GROUP BY channel, answer, reason ORDER BY answers DESC, channel",
        ),
        rows(
            "现有措施 / Measures that stand",
            "Open measures by kind and state.",
            "SELECT measure, state, count() AS obligations FROM impersonal_obligations_current "
            "WHERE state IN ('proposed', 'confirmed', 'in_effect', 'lifting') "
            "GROUP BY measure, state ORDER BY obligations DESC, measure, state",
        ),
    ),
)

CASES_AND_CLOCKS = Board(
    "cases-and-clocks",
    "案件与时限 / Cases and clocks",
    "A person's cases, what is shown in public and for how long, the clock, the calendar.",
    (
        number(
            "超期公示 / Public past their term",
            "Must be 0: it pages.",
            'sum(max by (list) (chengxin_public_entries{term="past"}))',
        ),
        number(
            "时钟落后 / Clock behind",
            "Since the pipeline's day began.",
            "time() - max(chengxin_clock_day_seconds)",
            "s",
        ),
        number("日历余日 / Calendar left", "Days with a calendar in force.", "min(chengxin_calendar_days)", "d"),
        number(
            "异议超期 / Disputes past their term",
            "Their records stay marked as disputed.",
            'sum(max by (matter) (chengxin_cases{term="past", matter!="repair"}))',
        ),
        lines(
            "办理中案件 / Open cases",
            "Objections, reconsiderations, lawsuits, repairs; past their term or running.",
            "sum by (matter, term) (max by (matter, term) (chengxin_cases))",
            "{{matter}} {{term}}",
        ),
        lines(
            "公示中信息 / Entries in public",
            "Exposure list and red list.",
            "sum by (list, term) (max by (list, term) (chengxin_public_entries))",
            "{{list}} {{term}}",
        ),
        rows(
            "案件进展 / Steps of cases",
            "What bodies wrote in the time shown.",
            "SELECT case_matter AS matter, case_step AS step, channel, count() AS steps "
            "FROM impersonal_accepted_events WHERE kind = 'case' AND NOT erased AND $__timeFilter(appended_at) "
            "GROUP BY matter, step, channel ORDER BY steps DESC, matter, step, channel",
        ),
        rows(
            "到期未办 / What passed its day",
            "Said once, at the next tick; it decides nothing.",
            "SELECT missed, channel, count() AS times FROM impersonal_decisions "
            "ARRAY JOIN missed_kinds AS missed, missed_channels AS channel "
            "WHERE kind = 'overdue' AND $__timeFilter(appended_at) "
            "GROUP BY missed, channel ORDER BY times DESC, missed",
        ),
        rows(
            "记录终结 / Why records ended",
            "By term, by document, by repair.",
            "SELECT kind, ifNull(ended_reason, '') AS reason, count() AS records FROM impersonal_decisions "
            "WHERE kind IN ('ended', 'expired', 'repaired') AND $__timeFilter(appended_at) "
            "GROUP BY kind, reason ORDER BY records DESC, kind, reason",
        ),
        rows(
            "公示进出 / Publications begun and ended",
            "By the pipeline's day.",
            "SELECT decided_on AS day, sum(publications_begun) AS begun, sum(publications_ended) AS ended "
            "FROM impersonal_decisions WHERE $__timeFilter(appended_at) GROUP BY day HAVING begun + ended > 0 "
            "ORDER BY day DESC LIMIT 400",
        ),
    ),
)

QUERIES = Board(
    "queries",
    "查询 / Queries",
    "Who looks is on record; here only how often and for what. Names stand on querylog alone.",
    (
        lines(
            "查询次数 / Questions by purpose",
            "Within an hour, refused ones too; other = a purpose that is not in the application catalogue.",
            "max by (purpose) (chengxin_queries_hour)",
            "{{purpose}}",
        ),
        lines(
            "最多查询 / Busiest officer",
            "Questions of one officer in the last hour; an alert comes above 60.",
            "max(chengxin_queries_busiest_officer)",
            "questions",
        ),
        Lines("被拒查询 / Refused questions", "Per hour by reason; no_log means nobody can be answered.")
        .line("sum by (refusal) (increase(chengxin_query_refusals_total[1h]))", "{{refusal}}")
        .panel,
        number("一小时查询 / Within the hour", "All questions.", "sum(max by (purpose) (chengxin_queries_hour))"),
        number(
            "查询人数异常 / Officers who ask widely",
            "About more persons today than the setting allows; the portal's log names them to supervision.",
            "max(chengxin_wide_lookers)",
        ),
        number(
            "无法读取的查询记录 / Unreadable entries",
            "Of the query log: the most that came within one hour of the last day. Somebody else writes there.",
            "max(max_over_time(chengxin_querylog_unreadable[1d]))",
        ),
        number(
            "距上次封存 / Since the newest seal", "Two days are too long.", "time() - max(chengxin_sealed_seconds)", "s"
        ),
    ),
)
