"""All we know of a customer, for one of our own people, before anybody gets in touch. The page changes nothing."""

from fastapi import APIRouter
from fastapi.responses import Response

from deployments.web.case_page import reader_of
from deployments.web.case_views import dossier_values
from deployments.web.context import MissingPageError, Parts
from models.queries import people
from models.queries.cases.dossier import of_customer

router = APIRouter()


@router.api_route("/d/{token}", methods=["GET", "HEAD"])
def show(token: str, web: Parts) -> Response:
    """Show the dossier as it stands now."""
    customer_id, staff_id = web.links.read_dossier(token, web.link_days)
    with web.db.read() as session:
        reader = reader_of(session, staff_id)
        found = of_customer(session, customer_id, web.clock.now())
        if found is None:
            raise MissingPageError
        language, staff = web.language(reader.language), people.staff(session)
        values = dossier_values(web.policy, found, language, staff)
        return web.pages.show("customer", language, has_case=found.matter is not None, **values)
