"""What the week was like."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from prefect import State
from prefect.artifacts import acreate_markdown_artifact
from prefect.states import Failed

from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, refused, said, services
from tasks.reporting.weekly import monday_of, week_report

KEY = "weekly-report"


@named_flow(
    "weekly-report",
    "A page of figures: turnover, and beside it what became of the customers afterwards. Counts, no names.",
)
async def weekly_report(week_of: date | None = None) -> State[None]:
    """Report on a week, Monday to Sunday.

    Args:
        week_of: Any day of the week to report on. None: the last whole week.
    """
    try:
        async with services() as opened:
            today = opened.clock.now().astimezone(ZoneInfo(opened.policy.company.timezone)).date()
            report = week_report(opened, monday_of(week_of or today - timedelta(weeks=1)))
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except (ValueError, OverflowError) as error:
        return refused(error)
    await acreate_markdown_artifact(
        report.markdown, key=KEY, description="Turnover and what came after it, week by week."
    )
    return said(report.sentence)
